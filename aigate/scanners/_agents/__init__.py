"""What the scanners of agents' files share: recognising, reading and judging them."""
