"""What hosts are made of: each framework needs the extra of its name, and nothing else of supportflow imports one."""
