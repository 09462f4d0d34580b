"""The dashboard: what runs of the environment are watched with, while they go on and afterwards."""
