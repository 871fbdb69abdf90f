"""The sections of a policy that was checked, compiled: what each means for one ticket or one text."""
