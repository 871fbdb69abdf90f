"""What states of other systems mean, by the words in them: for a proposal that a person corrects."""

import re

__all__ = ["status_of"]

# Looked for in this order: "awaiting vendor" waits for somebody else, "reopened" is at work, "on hold" is neither.
_WORDS = (
    ("cancelled", ("cancel", "annul", "storni", "withdrawn", "zurückgezogen", "取消", "撤销")),
    ("open", ("re-?open", "wieder ?eröffnet", "riapert", "rouvert", "reabiert", "reabert", "重新打开", "再開")),
    ("new", (r"\bnew\b", r"\bneu\b", "insert", r"created?\b", "submitted", "nuov", "nouveau", "nuevo", r"\bnovo\b",
             "registrad", "新建", "新規", "未处理", "待处理")),
    ("on_hold", ("vendor", "third", "supplier", "problem", "evidence", "change", r"\bhold\b", "suspend", "parked", "upgrade",
                 "angehalten", "lieferant", "fornitore", "fournisseur", "proveedor", "挂起", "保留", "搁置")),
    ("pending", ("user info", "customer", "requester", "client", "pending", "await", "wait", "warte", "attesa", "attente",
                 "espera", "aguard", "kunde", "等待", "待回复", "待用户", "回答待ち")),
    ("closed", ("clos", "geschloss", "chius", "ferm[ée]", "cerrad", "fechad", "archiv", "invalid", "duplicate", "spam",
                "关闭", "已关", "クローズ", "完了")),
    ("resolved", ("resolv", "solved", "gelöst", "erledigt", r"\bdone\b", "fixed", "complete", "verif", "risolt", "résolu",
                  "resuelt", "已解决", "解决", "解決")),
    ("open", ("open", "active", "progress", "assign", "work", "arbeit", "offen", "charge", "schedule", "escalat",
              "corso", "cours", "curso", "andamento", "apert", "ouvert", "abiert", "abert",
              "处理中", "进行", "受理", "対応")),
)  # fmt: skip
_RULES = [(status, re.compile("|".join(words), re.IGNORECASE)) for status, words in _WORDS]


def status_of(state: str) -> str | None:
    """The status of the default lifecycle that a state's words speak for; None if none does."""
    return next((status for status, words in _RULES if words.search(state)), None)
