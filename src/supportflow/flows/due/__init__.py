"""What happens because time passes: the tick, deliveries, actions of the host, clocks that are set anew."""
