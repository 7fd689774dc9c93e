"""Who may do what: the one reviewed table of every operation and the status each person gets.

Every row is asked of the running server by tests/test_every_operation.py with the request of
tests/samples.py, whose path and body name things of the organization north. Each status says what
should be, not what happens to be: a change here is a change of the product.

    anonymous   no credential
    rep         bo, sales rep of north
    head        dora, department head of north
    admin       ada, admin of north
    other       eve, admin of south: another organization's things are not there
    super       sue, super admin, at home in south: crosses only where the contract says so
"""

from __future__ import annotations

COLUMNS = ("anonymous", "rep", "head", "admin", "other", "super")

MATRIX: dict[str, tuple[int, int, int, int, int, int]] = {
    #                                            anon  rep head admin other super
    # Close: leads, contacts and calls. Everybody of the organization works with all of them.
    "close.lead.list": (401, 200, 200, 200, 200, 200),
    "close.lead.create": (401, 200, 200, 200, 200, 200),
    "close.lead.get": (401, 200, 200, 200, 404, 404),
    "close.lead.update": (401, 200, 200, 200, 404, 404),
    "close.lead.delete": (401, 200, 200, 200, 404, 404),
    "close.contact.list": (401, 200, 200, 200, 200, 200),
    "close.contact.create": (401, 200, 200, 200, 400, 400),
    "close.contact.get": (401, 200, 200, 200, 404, 404),
    "close.contact.update": (401, 200, 200, 200, 404, 404),
    "close.contact.delete": (401, 200, 200, 200, 404, 404),
    "close.call.list": (401, 200, 200, 200, 200, 200),
    "close.call.create": (401, 200, 200, 200, 400, 400),
    "close.call.get": (401, 200, 200, 200, 404, 404),
    "close.call.update": (401, 200, 200, 200, 404, 404),
    "close.call.delete": (401, 200, 200, 200, 404, 404),
    # Close: outcomes, lead statuses and users
    "close.outcome.list": (401, 200, 200, 200, 200, 200),
    "close.outcome.create": (401, 403, 403, 201, 201, 201),
    "close.outcome.get": (401, 200, 200, 200, 404, 404),
    "close.outcome.update": (401, 403, 403, 200, 404, 404),
    "close.outcome.delete": (401, 403, 403, 200, 404, 404),
    "close.lead_status.list": (401, 200, 200, 200, 200, 200),
    "close.lead_status.create": (401, 403, 403, 200, 200, 200),
    "close.lead_status.get": (401, 200, 200, 200, 404, 404),
    "close.lead_status.update": (401, 403, 403, 200, 404, 404),
    "close.lead_status.delete": (401, 403, 403, 200, 404, 404),
    "close.user.me": (401, 200, 200, 200, 200, 200),
    "close.user.list": (401, 200, 200, 200, 200, 200),
    "close.user.get": (401, 200, 200, 200, 404, 404),
    # Tether: contacts and conversations. Only the owner and admins delete a contact.
    "tether.contact.list": (401, 200, 200, 200, 200, 200),
    "tether.contact.bulk_update_status": (401, 200, 200, 200, 400, 400),
    "tether.contact.create": (401, 201, 201, 201, 201, 201),
    "tether.contact.change": (401, 200, 200, 200, 404, 404),
    "tether.contact.get": (401, 200, 200, 200, 404, 404),
    "tether.contact.patch": (401, 200, 200, 200, 404, 404),
    "tether.contact.update": (401, 200, 200, 200, 404, 404),
    "tether.contact.delete": (401, 403, 403, 200, 404, 404),
    "tether.conversation.list": (401, 200, 200, 200, 404, 404),
    "tether.conversation.find": (401, 200, 200, 200, 404, 404),
    "tether.conversation.get": (401, 200, 200, 200, 404, 404),
    "tether.conversation.messages": (401, 200, 200, 200, 404, 404),
    # Tether: organization settings. Those of others are denied alike, whether they exist or not.
    "tether.organization.get_close_stages": (401, 403, 403, 200, 403, 200),
    "tether.organization.set_close_stages": (401, 403, 403, 200, 403, 200),
    "tether.organization.get_gross_profit_config": (401, 403, 403, 200, 403, 200),
    "tether.organization.set_gross_profit_config": (401, 403, 403, 200, 403, 200),
    # Tether: sessions, profiles and keys. Logging in and out is for anybody.
    "tether.session.login": (200, 200, 200, 200, 200, 200),
    "tether.session.refresh": (200, 200, 200, 200, 200, 200),
    "tether.session.logout": (200, 200, 200, 200, 200, 200),
    "tether.session.verify_token": (401, 200, 200, 200, 200, 200),
    "tether.user.list": (401, 200, 200, 200, 200, 200),
    "tether.user.get_profile": (401, 200, 200, 200, 200, 200),
    "tether.user.update_profile": (401, 200, 200, 200, 200, 200),
    "tether.api_key.get": (401, 200, 200, 200, 200, 200),
    "tether.api_key.regenerate": (401, 200, 200, 200, 200, 200),
    # Tether: pipelines. Everybody reads them, admins change them.
    "tether.pipeline.get_default": (401, 200, 200, 200, 200, 200),
    "tether.pipeline.save_default": (401, 403, 403, 200, 200, 200),
    "tether.pipeline.create": (401, 403, 403, 201, 201, 201),
    "tether.pipeline.list": (401, 200, 200, 200, 200, 200),
    "tether.pipeline.set_default": (401, 403, 403, 200, 404, 404),
    "tether.pipeline.put_default": (401, 403, 403, 200, 404, 404),
    "tether.pipeline.reassign_stage": (401, 403, 403, 200, 404, 404),
    "tether.pipeline.get": (401, 200, 200, 200, 404, 404),
    "tether.pipeline.update": (401, 403, 403, 200, 404, 404),
    "tether.pipeline.delete": (401, 403, 403, 200, 404, 404),
    # Tether: prompts. Everybody of the organization reads them; owners and admins change them.
    "tether.prompt.list_own": (401, 200, 200, 200, 200, 200),
    "tether.prompt.list_summaries": (401, 200, 200, 200, 200, 200),
    "tether.prompt.create": (401, 201, 201, 201, 201, 201),
    "tether.prompt.get": (401, 200, 200, 200, 404, 404),
    "tether.prompt.update": (401, 403, 403, 200, 404, 404),
    "tether.prompt.delete": (401, 403, 403, 200, 404, 404),
    "tether.prompt.get_usage": (401, 200, 200, 200, 404, 404),
    "tether.prompt.reassign": (401, 403, 403, 200, 404, 404),
    "tether.prompt_version.list": (401, 403, 403, 200, 404, 404),
    "tether.prompt_version.create": (401, 403, 403, 200, 404, 404),
    "tether.prompt_version.get": (401, 403, 403, 200, 404, 404),
    "tether.prompt_version.update": (401, 403, 403, 200, 404, 404),
    # Tether: lead source configurations. Ada's own: nobody else sees them.
    "tether.lead_source.list": (401, 200, 200, 200, 200, 200),
    "tether.lead_source.create": (401, 201, 201, 201, 400, 400),
    "tether.lead_source.get": (401, 404, 404, 200, 404, 404),
    "tether.lead_source.update": (401, 403, 403, 200, 404, 404),
    "tether.lead_source.delete": (401, 403, 403, 200, 404, 404),
    # Tether: the intake, for a configuration of ada
    "tether.outreach.webhook": (401, 404, 404, 200, 404, 404),
    "tether.outreach.process": (401, 404, 404, 200, 404, 404),
    "tether.outreach_metrics.history": (401, 200, 200, 200, 200, 200),
    "tether.outreach_metrics.summary": (401, 200, 200, 200, 200, 200),
}
