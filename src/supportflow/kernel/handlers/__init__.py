"""What commands lead to, one module for each noun of `model/commands`."""
