"""What states of other systems mean, by the words in them: for a proposal that a person corrects."""

import re

__all__ = ["COLUMN_NAMES", "LEVELS", "status_of"]

LEVELS = (
    (1, r"critical|urgent|highest|\bp?1\b|kritisch|紧急"),
    (2, r"high|\bp?2\b|hoch|高"),
    (3, r"moderate|medium|normal|\bp?3\b|mittel|中"),
    (4, r"low|minor|\bp?[45]\b|niedrig|低"),
)
"""Level → words of priorities that mean it."""
COLUMN_NAMES = {
    "case": r"^(case|ticket|incident|request|issue)?[ _-]*(id|number|no|key|nr|#)?$|case:concept:name|case ?id|工单",
    "time": r"updat|chang|complete|timestamp|modified|zeit|geändert|\bat\b|time|更新|时间",
    "state": r"stat(e|us)|activity|concept:name|event|step|zustand|phase|状态",
    "actor": r"updated_by|changed_by|resource|actor|\bby\b|modified_by|bearbeiter",
    "agent": r"assigned_to|assignee|agent|owner|\bwho\b|zuständig|处理人",
    "group": r"assignment_group|group|team|queue|gruppe|org:group|组",
    "requester": r"caller|requester|customer|requestor|reported_by|opened_by|kunde|melder|客户",
    "opened": r"open|creat|report|start|angelegt|eröffnet|创建",
    "priority": r"priorit|severity|dringlichkeit|优先",
    "order": r"mod_count|seq|revision|version|change ?(no|nr|number)|顺序",
    "outcome": r"made_sla|sla|breach|met\b|within",
}
"""What a column is for → what its name looks like."""

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
