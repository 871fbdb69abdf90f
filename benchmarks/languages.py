"""Which language a short text is in: the shipped detection beside `lingua` and `py3langid`, and with each behind it.

    pip install lingua-language-detector==2.1.1 py3langid==0.4.0 django
    python benchmarks/languages.py              # a table in Markdown
    python benchmarks/languages.py --mistakes   # also every text that was told wrongly

Four sets of texts. `short`: 264 messages of one to nine words in 22 languages, written before the words that the detection
knows. `own words`: what customers of an exchange write in the same languages, made for the measurement of something else; it
was looked at while the detection was tuned, its other part, `held out`, was not. `interface`: up to 150 short strings
a language of Django's own translations, which say nothing a customer says.

A detector is right if the primary language is: `zh` for each kind of Chinese, Cantonese too, `hi` for Hindi in any letters.
"Then" asks the other where the shipped one is undecided; `LangidDetector` does so with a threshold.
"""

import argparse
import gettext
import random
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time

import django
import py3langid
from lingua import LanguageDetectorBuilder

from supportflow.languages import LangidDetector
from supportflow.triage.language import detect

TRIAGE = Path(__file__).parents[1] / "tests" / "triage"
SETS = ("incident", "dispute", "security_question", "frightening_harmless", "general")
DJANGO = {
    "zh_Hans": "zh", "zh_Hant": "zh", "es": "es", "pt_BR": "pt", "fr": "fr", "de": "de", "it": "it", "ru": "ru", "uk": "uk",
    "tr": "tr", "ar": "ar", "hi": "hi", "id": "id", "vi": "vi", "th": "th", "ja": "ja", "ko": "ko", "pl": "pl", "fa": "fa",
}  # fmt: skip
SAME = {"yue": "zh", "fil": "tl"}

Text = tuple[str, str]
Detector = Callable[[str], str | None]


def primary(tag: str | None) -> str | None:
    return None if tag is None else SAME.get(tag.split("-")[0], tag.split("-")[0])


def short() -> Iterator[Text]:
    tag = ""
    for line in (TRIAGE / "short_texts.tsv").read_text("utf-8").splitlines():
        if line.startswith("["):
            tag = line[1:-1]
        elif not line.startswith("#"):
            yield tag, line


def own_words(folder: Path) -> Iterator[Text]:
    for path in sorted(folder.glob("*.toml")):
        document = tomllib.loads(path.read_text("utf-8"))
        for name in SETS:
            for text in document.get(name, ()):
                yield path.stem, text if isinstance(text, str) else text["text"]


def interface() -> Iterator[Text]:
    root = Path(django.__file__).parent
    for folder, tag in DJANGO.items():
        found = set()
        for path in sorted(root.glob(f"**/locale/{folder}/LC_MESSAGES/django.mo")):
            with path.open("rb") as file:
                catalog = vars(gettext.GNUTranslations(file))["_catalog"]
            for source, text in catalog.items():
                plain = re.sub(r"%\(\w+\)\w|%\w|\{\w*\}|<[^>]*>|&\w+;", " ", text.split("\x04")[-1]).strip()
                if source and text != source and 4 <= len(plain) <= 60 and " " in text:
                    found.add(plain)
        chosen = sorted(found)
        random.Random(1).shuffle(chosen)
        yield from ((tag, text) for text in chosen[:150])


def detectors() -> dict[str, Detector]:
    sure = LangidDetector()
    lingua = LanguageDetectorBuilder.from_all_languages().build()

    def shipped(text: str) -> str | None:
        return primary(detect(text).tag)

    def by_lingua(text: str) -> str | None:
        found = lingua.detect_language_of(text)
        return None if found is None else primary(found.iso_code_639_1.name.lower())

    def by_langid(text: str) -> str | None:
        return primary(py3langid.classify(text)[0])

    return {
        "shipped": shipped,
        "lingua": by_lingua,
        "py3langid": by_langid,
        "shipped, then lingua": lambda text: shipped(text) or by_lingua(text),
        "shipped, then py3langid": lambda text: shipped(text) or by_langid(text),
        "shipped, then LangidDetector": lambda text: shipped(text) or primary(sure.detect(text)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mistakes", action="store_true", help="also print what was told wrongly")
    asked = parser.parse_args()
    known = detectors()
    sets = {
        "short": list(short()),
        "own words": list(own_words(TRIAGE / "phrases")),
        "held out": list(own_words(TRIAGE / "phrases" / "held_out")),
        "interface": list(interface()),
    }
    right: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    print("| set | texts | detector | right | undecided | wrong | µs a text |\n|---|---|---|---|---|---|---|")
    for name, texts in sets.items():
        for called, tell in known.items():
            tell(texts[0][1])
            counts: Counter[str] = Counter()
            began = process_time()
            answers = [tell(text) for _, text in texts]
            each_us = (process_time() - began) / len(texts) * 1e6
            for (tag, text), answer in zip(texts, answers, strict=True):
                kind = "right" if answer == primary(tag) else "undecided" if answer is None else "wrong"
                counts[kind] += 1
                right[name, called][tag] += kind == "right"
                if asked.mistakes and kind == "wrong" and called == "shipped":
                    print(f"    {tag} told {answer}: {text}")
            shares = " | ".join(
                f"{counts[kind] / len(texts):.1%}" for kind in ("right", "undecided", "wrong")
            )
            print(f"| {name} | {len(texts)} | {called} | {shares} | {each_us:.0f} |")
    print("\n| held out | texts | " + " | ".join(known) + " |\n|---|---|" + "---|" * len(known))
    totals = Counter(tag for tag, _ in sets["held out"])
    for tag, count in totals.items():
        print(
            f"| `{tag}` | {count} | " + " | ".join(str(right["held out", one][tag]) for one in known) + " |"
        )


if __name__ == "__main__":
    main()
