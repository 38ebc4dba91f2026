"""Settings, and what differs by state or topic, as data."""
