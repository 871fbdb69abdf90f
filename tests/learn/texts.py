"""Small labelled texts, made from a few patterns: enough to learn from in a second."""

from supportflow.learn import Example

CLASSES = ("security", "dispute", "general")
_THINGS = ("wallet", "account", "card", "balance", "phone", "laptop", "profile")
_WHO = ("somebody", "a stranger", "someone I never met", "an unknown person")
_PATTERNS = {
    "security": (
        "{who} unravelled my {thing} last night",
        "{who} is using my {thing} without asking me",
        "我的{thing}被陌生人转走了",
    ),
    "dispute": (
        "the seller took my payment for the {thing} and sends nothing",
        "I paid for the {thing} and they refuse to release it",
        "卖家收了{thing}的钱不放币",
    ),
    "general": (
        "how do I change the colour of my {thing}",
        "which fee do you take for the {thing}",
        "怎么修改{thing}的名字",
        "the {thing} page does not load on my tablet",
        "thank you, the {thing} works now",
    ),
}


def examples() -> list[Example]:
    """Every pattern with every filling, each text once."""
    texts: dict[str, Example] = {}
    for name, patterns in _PATTERNS.items():
        for pattern in patterns:
            for thing in _THINGS:
                for who in _WHO:
                    text = pattern.format(thing=thing, who=who)
                    texts[text] = Example(
                        text, name, id=str(len(texts)), language="zh" if text[0] > "z" else "en"
                    )
    return list(texts.values())
