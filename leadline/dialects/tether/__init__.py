"""The Tether dialect: ``/api/...``, wire-compatible with the public Tether Relay API."""
