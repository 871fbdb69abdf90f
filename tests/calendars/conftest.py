"""The exhaustive tests of this room run only when they are asked for with `-m exhaustive`."""


def pytest_collection_modifyitems(config, items):
    if "exhaustive" in (config.option.markexpr or ""):
        return
    skipped = [item for item in items if "exhaustive" in item.keywords]
    if skipped:
        config.hook.pytest_deselected(items=skipped)
        items[:] = [item for item in items if item not in skipped]
