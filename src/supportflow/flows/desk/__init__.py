"""What a desk can be told and asked: each verb, question and operation written once, for `Desk` and `AsyncDesk`."""
