"""What a policy or a roster can never do, proved before any ticket comes."""
