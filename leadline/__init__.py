"""Leadline is an open, self-hosted sales-outreach server."""
