"""A whole configuration is copied into another organization with nothing but the Close API."""

from __future__ import annotations

from typing import Any

import pytest
from closeio_api import API

from tests.cast import World
from tests.close.official_client import client_of
from tests.copy_organization import Client, copy_configuration, every, read_configuration

# Who and when, which are others' in the copy, and positions, which are an order.
_OWN = {
    "archived_at",
    "archived_by_id",
    "created_at",
    "created_by",
    "created_by_id",
    "date_created",
    "date_updated",
    "organization_id",
    "owned_by",
    "position",
    "updated_at",
    "updated_by",
    "updated_by_id",
    "user_id",
}


def plain(value: Any) -> Any:
    """What is read without what belongs to its organization."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items() if key not in _OWN}
    return [plain(each) for each in value] if isinstance(value, list) else value


class Filling:
    """Gives north a configuration of everything, with names that stand for what was made."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._api = world.ada.close

    def _post(self, path: str, **body: Any) -> Any:
        self._world.clock.advance(minutes=1)  # so that it is known what came first
        return self._api.post(path, body)

    def _make(self, path: str, **body: Any) -> str:
        made: str = self._post(path, **body)["id"]
        return made

    def run(self) -> None:
        self.roles()
        self.statuses()
        self.pipelines()
        self.types()
        self.fields()
        self.order_fields()
        self.conversations()
        self.templates()
        self.people()
        self.smart_views()

    def roles(self) -> None:
        self.manager = self._make("/role/", name="Manager", permissions=["bulk_edit", "export"])
        self.trainee = self._make("/role/", name="Trainee", permissions=[])

    def statuses(self) -> None:
        present = {row["label"]: row["id"] for row in every(self._api, "/status/lead/")}
        self._api.delete(f"/status/lead/{present['Closed Lost']}/")
        self._api.put(f"/status/lead/{present['Contacted']}/", {"label": "Reached"})
        self._api.put(f"/status/lead/{present['Qualified']}/", {"color": None})
        bad_fit = self._make("/status/lead/", label="Bad Fit", color="#ff0000")
        order = [bad_fit, present["Qualified"], present["New Lead"]]
        me = self._api.get("/me/")["organizations"][0]["id"]
        body = {"lead_statuses": [{"id": status_id} for status_id in order]}
        self._api.put(f"/organization/{me}/", body)

    def pipelines(self) -> None:
        (sales,) = every(self._api, "/pipeline/")
        self._post("/status/opportunity/", label="Stuck", type="active", pipeline_id=sales["id"])
        statuses = [
            {"label": "Offer", "type": "active"},
            {"label": "Won", "type": "won"},
            {"label": "Lost", "type": "lost"},
            {"label": "Withdrawn", "type": "lost"},
        ]
        renewals = self._post("/pipeline/", name="Renewals", statuses=statuses)
        self._post("/pipeline/", name="Nothing yet")
        # Its statuses change their pipeline and their order.
        first, *rest = renewals["statuses"]
        entries = [{"id": each["id"]} for each in [*rest[::-1], sales["statuses"][0], first]]
        self._api.put(f"/pipeline/{renewals['id']}/", {"statuses": entries})

    def types(self) -> None:
        path = "/custom_object_type/"
        self.asset = self._make(path, name="Asset", name_plural="Assets", description="What is let")
        self.account = self._make(
            path, name="Account", name_plural="Accounts", editable_with_roles=[self.manager]
        )
        self._make(path, name="Old", name_plural="Old ones", is_archived=True)
        path = "/custom_activity/"
        self.visit = self._make(path, name="Visit", api_create_only=True, is_archived=False)
        roles = ["admin", self.manager, self.trainee]
        self.demo = self._make(path, name="Demo", description="On site", editable_with_roles=roles)

    def fields(self) -> None:
        path = "/custom_field/"
        of_visit, of_asset = (
            {"custom_activity_type_id": self.visit},
            {"custom_object_type_id": self.asset},
        )
        to_account = {"type": "custom_object", "referenced_custom_type_id": self.account}
        tools = {"type": "choices", "choices": ["Saw", "Axe"], "accepts_multiple_values": True}
        self._make(f"{path}custom_object_type/", name="Of account", **to_account, **of_asset)
        self.pain = self._make(f"{path}shared/", name="Pain", type="text", description="Where?")
        self._make(f"{path}lead/", name="Size", type="number")
        self._make(f"{path}activity/", name="Tools", **tools, **of_visit, required=True)
        self.plan = self._make(f"{path}shared/", name="Plan", type="choices", choices=["B", "A"])
        self.account_of_lead = self._make(
            f"{path}lead/", name="Account", **to_account, back_reference_is_visible=False
        )
        rep = self._make(f"{path}lead/", name="Rep", type="user", accepts_multiple_values=True)
        body = {
            "visibility_user_lcf_ids": [rep],
            "visibility_user_lcf_behavior": "allow_unassigned",
        }
        self._api.put(f"/role/{self.trainee}/", body)
        self._make(f"{path}lead/", name="Seen", type="datetime", editable_with_roles=["admin"])
        self._make(f"{path}contact/", name="Born", type="date")
        self._make(f"{path}contact/", name="Friend", type="contact")
        self._make(f"{path}opportunity/", name="Secret", type="hidden")
        self._make(f"{path}activity/", name="Report", type="textarea", **of_visit)
        self._make(f"{path}custom_object_type/", name="Serial", type="text", **of_asset)
        self._share(self.plan, object_type="opportunity")
        self._share(self.pain, object_type="lead", required=True)
        self._share(self.pain, object_type="custom_activity_type", **of_visit, required=True)
        self._share(self.pain, object_type="contact", editable_with_roles=[self.manager])
        self._share(self.plan, object_type="custom_object_type", **of_asset)

    def _share(self, field_id: str, **body: Any) -> None:
        self._post(f"/custom_field/shared/{field_id}/association/", **body)

    def order_fields(self) -> None:
        """The other way round, shared ones in between."""
        for schema in ("lead", "contact", f"activity/{self.visit}", f"custom_object/{self.asset}"):
            path = f"/custom_field_schema/{schema}/"
            order = [{"id": row["id"]} for row in self._api.get(path)["fields"][::-1]]
            self._api.put(path, {"fields": order})

    def conversations(self) -> None:
        booked = self._make("/outcome/", name="Booked", description="There will be a demo")
        machine = self._make("/outcome/", name="Machine", type="vm-dropped")
        gone = self._make("/outcome/", name="Gone")
        calls = self._make("/outcome/", name="Angry", applies_to=["calls"])
        put_away = self._make("/playbook/", name="Old", outcome_ids=[booked])
        self._make(
            "/playbook/",
            name="Discovery",
            description="The first call",
            summary_guidance="Briefly.",
            outcome_ids=[calls, gone, booked],
            custom_field_ids=[self.plan, self.pain],
        )
        self._make("/playbook/", name="Follow-up", outcome_ids=[machine])
        self._post(f"/playbook/{put_away}/archive/")
        self._api.delete(f"/outcome/{gone}/")

    def templates(self) -> None:
        file = {"filename": "a.pdf", "content_type": "application/pdf", "url": "https://a.example/"}
        self._make(
            "/email_template/",
            name="Hello",
            subject="Hello {{contact.first_name | there}}",
            body=f"<p>{{{{lead.custom.{self.pain}}}}}</p>",
            attachments=[{**file, "size": 7}],
            is_shared=True,
        )
        self._make("/email_template/", name="Mine", is_archived=True)
        self._make("/sms_template/", name="Hi", text="Hi {{user.name}}", attachments=[file])
        old = self._make("/sms_template/", name="Old", text="Hi", is_shared=True)
        self._api.put(f"/sms_template/{old}/", {"status": "archived"})
        for noun in ("contact", "lead", "opportunity"):
            url = (
                f"https://erp.example.com/?id={{{{{noun}.id}}}}&a={{{{{noun}.custom.{self.pain}}}}}"
            )
            self._make("/integration_link/", name=f"The {noun}", type=noun, url=url)

    def people(self) -> None:
        """Eve, who is at home in south, is a member here too."""
        world = self._world
        # Of the time when an address was one person in all organizations.
        world.sql(
            "INSERT INTO memberships (organization_id, id, user_id, role, created_at, updated_at) "
            "SELECT %s, id, user_id, 'SALES_REP', created_at, updated_at FROM memberships "
            "WHERE user_id = %s",
            world.ada.organization_id,
            world.eve.user_id,
        )
        self._make("/group/", name="Nobody")
        self.support = self._make("/group/", name="Support")
        for person in (world.bo, world.eve):
            self._post(f"/group/{self.support}/member/", user_id=f"user_{person.user_id.hex()}")

    def smart_views(self) -> None:
        """They name a status, a custom field and each other; private ones stay."""
        path = "/saved_search/"
        statuses = [row["id"] for row in every(self._api, "/status/lead/")]
        is_bad = self._condition(
            {"type": "regular_field", "object_type": "lead", "field_name": "status_id"},
            {"type": "reference", "reference_type": "status.lead", "object_ids": statuses[:1]},
        )
        is_planned = self._condition(
            {"type": "custom_field", "custom_field_id": self.plan},
            {"type": "term", "values": ["A"]},
        )
        bad = self._make(path, name="Bad", s_query=self._tree("lead", is_bad), is_shared=True)
        named = {"type": "saved_search", "saved_search_id": bad, "negate": True}
        self._make(
            path,
            name="Good",
            description="All but bad ones",
            s_query={"query": self._tree("lead", named), "sort": [], "results_limit": 100},
            selected_fields=[{"type_id": "lead", "field_id": "display_name"}],
            is_shared=True,
            sharing_settings={"group_ids": [self.support]},
        )
        tree = self._tree("opportunity", is_planned)
        self._make(path, name="Planned", type="opportunity", s_query=tree, is_shared=True)
        self._make(path, name="Anybody", type="contact", query="*", is_shared=True)
        self._make(path, name="Mine", query="sort:created")

    @staticmethod
    def _condition(field: Any, condition: Any) -> Any:
        return {"type": "field_condition", "field": field, "condition": condition}

    @staticmethod
    def _tree(kind: str, query: Any) -> Any:
        return {"type": "and", "queries": [{"type": "object_type", "object_type": kind}, query]}


@pytest.mark.parametrize("through", ["plain requests", "the official client"])
def test_a_whole_configuration_is_copied(world: World, client: API, through: str):
    Filling(world).run()
    source: Client = world.ada.close
    target: Client = world.eve.close
    if through == "the official client":
        source, target = client, client_of(client.base_url, world.eve.api_key)
    copying = copy_configuration(source, target)
    north, south = read_configuration(source), read_configuration(target)
    assert set(copying.ids).isdisjoint(copying.ids.values())
    assert all(north.values())
    # Groups keep those people who belong to both.
    members = [{"user_id": f"user_{world.eve.user_id.hex()}"}]
    assert [group.pop("members") for group in south["groups"]] == [[], members]
    assert [len(group.pop("members")) for group in north["groups"]] == [0, 2]
    # An outcome that is gone stays on the playbook that has it, and cannot be given to another.
    discovery = north["playbooks"][0]
    assert len(discovery["outcome_ids"]) == 3
    discovery["outcome_ids"] = [each for each in discovery["outcome_ids"] if each in copying.ids]
    assert plain(south) == copying.mapped(plain(north))
