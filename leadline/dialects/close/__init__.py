"""The Close dialect: ``/api/v1/...``, wire-compatible with the public Close CRM API."""
