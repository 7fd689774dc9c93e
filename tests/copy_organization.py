"""Copies the configuration of one organization into another, through the Close API alone.

    python -m tests.copy_organization SOURCE_URL SOURCE_KEY TARGET_URL TARGET_KEY

Roles, statuses, pipelines, custom types and fields, outcomes, playbooks, templates, groups, links
and the smart views that everybody sees. What a new organization starts with is taken over or put
away; everything else in the target stays. An address is ``https://crm.example.com/api/v1/``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

Json = dict[str, Any]

PAGE = 100
_ID = re.compile(r"[a-z]+_[0-9a-f]{24}")

# What there is, in the order in which it can be made: later things refer to earlier ones.
LISTS = {
    "roles": "/role/",
    "lead_statuses": "/status/lead/",
    "pipelines": "/pipeline/",
    "object_types": "/custom_object_type/",
    "activity_types": "/custom_activity/",
    "shared_fields": "/custom_field/shared/",
    "lead_fields": "/custom_field/lead/",
    "contact_fields": "/custom_field/contact/",
    "opportunity_fields": "/custom_field/opportunity/",
    "activity_fields": "/custom_field/activity/",
    "object_fields": "/custom_field/custom_object_type/",
    "outcomes": "/outcome/",
    "playbooks": "/playbook/",
    "email_templates": "/email_template/",
    "sms_templates": "/sms_template/",
    "groups": "/group/",
    "links": "/integration_link/",
    "smart_views": "/saved_search/",
}
FIELDS = tuple(name for name in LISTS if name.endswith("_fields"))
# Lists that do not show all unless they are asked.
_ALL = {"smart_views": {"type__in": "lead,contact,opportunity"}}
# What a list leaves out, or what there is only to ask for.
_WHOLE = {"sms_templates": {"include_attachments": "true"}, "groups": {"_fields": "name,members"}}

_TYPE = ("name", "description", "api_create_only", "editable_with_roles", "is_archived")
# What is sent to make one thing of a list that needs no more than a POST.
WRITTEN = {
    "roles": ("name", "permissions"),  # what they see by follows when there are fields
    "object_types": (*_TYPE, "name_plural"),
    "activity_types": _TYPE,
    "outcomes": ("name", "description", "type", "applies_to"),
    "playbooks": ("name", "description", "summary_guidance", "outcome_ids", "custom_field_ids"),
    "email_templates": ("name", "subject", "body", "attachments", "is_shared", "is_archived"),
    "sms_templates": ("name", "text", "attachments", "is_shared"),
    "groups": ("name",),
    "links": ("name", "type", "url"),
    "smart_views": (
        *("name", "description", "type", "query", "s_query", "selected_fields"),
        *("is_shared", "sharing_settings"),
    ),
}
_OF_FIELD = (
    "name",
    "type",
    "choices",
    "accepts_multiple_values",
    "description",
    "editable_with_roles",
    "referenced_custom_type_id",
    "back_reference_is_visible",
    "custom_activity_type_id",
    "custom_object_type_id",
    "required",
)


class Client(Protocol):
    """Somebody with a key. Close's own Python client is one."""

    def get(self, path: str, /, *, params: Any = ...) -> Any: ...

    def post(self, path: str, body: Any, /) -> Any: ...

    def put(self, path: str, body: Any, /) -> Any: ...

    def delete(self, path: str, /) -> Any: ...


def every(client: Client, path: str, **params: str) -> list[Json]:
    """All objects of a list, page after page."""
    found: list[Json] = []
    has_more = True
    while has_more:
        page = client.get(path, params={"_limit": PAGE, "_skip": len(found), **params})
        found += page["data"]
        has_more = page["has_more"]
    return found


def read_configuration(client: Client) -> Json:
    """Everything that is copied, as the API shows it, and the order of fields in each schema."""
    found: Json = {name: every(client, path, **_ALL.get(name, {})) for name, path in LISTS.items()}
    found["roles"] = [role for role in found["roles"] if role["editable"]]
    found["smart_views"] = [view for view in found["smart_views"] if view["is_shared"]]
    for name, params in _WHOLE.items():
        found[name] = [
            {**row, **client.get(f"{LISTS[name]}{row['id']}/", params=params)}
            for row in found[name]
        ]
    found["schemas"] = {
        schema: client.get(f"/custom_field_schema/{schema}/")["fields"]
        for schema in schemas_of(found)
    }
    return found


def schemas_of(configuration: Json) -> Iterator[str]:
    """What has custom fields in an order of their own, as paths spell it."""
    yield from ("lead", "contact", "opportunity")
    yield from (f"activity/{each['id']}" for each in configuration["activity_types"])
    yield from (f"custom_object/{each['id']}" for each in configuration["object_types"])


class Copying:
    """Makes what was read in the target. ``ids`` are the new ids by the old ones."""

    def __init__(self, configuration: Json, target: Client) -> None:
        self.ids: dict[str, str] = {}
        self._source = configuration
        self._target = target

    def run(self) -> None:
        self._make("roles")
        self._copy_lead_statuses()
        self._copy_pipelines()
        self._make("object_types")
        self._make("activity_types")
        self._copy_fields()
        self._copy_visibility()
        self._make("outcomes")
        self._copy_playbooks()
        self._make("email_templates")
        self._make("sms_templates")
        self._archive_sms_templates()
        self._make("groups")
        self._copy_members()
        self._make("links")
        self._copy_smart_views()

    def mapped(self, value: Any) -> Any:
        """The value with new ids in the place of old ones, inside of texts too."""
        if isinstance(value, str):
            return _ID.sub(lambda found: self.ids.get(found[0], found[0]), value)
        if isinstance(value, list):
            return [self.mapped(each) for each in value]
        if isinstance(value, dict):
            return {self.mapped(key): self.mapped(each) for key, each in value.items()}
        return value

    def _post(self, path: str, row: Json, names: Iterable[str]) -> Json:
        body = {name: self.mapped(row[name]) for name in names if name in row}
        made: Json = self._target.post(path, body)
        self.ids[row["id"]] = made["id"]
        return made

    def _make(self, name: str) -> None:
        for row in self._source[name]:
            self._post(LISTS[name], row, WRITTEN[name])

    def _copy_lead_statuses(self) -> None:
        """Statuses of the same name stay; the others make room when the new ones are there."""
        present = {row["label"]: row["id"] for row in every(self._target, "/status/lead/")}
        order = []
        for row in self._source["lead_statuses"]:
            body = {"label": row["label"], "color": row.get("color")}
            status_id = present.pop(row["label"], None)
            if status_id is None:
                status_id = self._target.post("/status/lead/", body)["id"]
            else:
                self._target.put(f"/status/lead/{status_id}/", body)
            self.ids[row["id"]] = status_id
            order.append({"id": status_id})
        for status_id in present.values():
            self._target.delete(f"/status/lead/{status_id}/")
        me = self._target.get("/me/")
        organization_id = me["organizations"][0]["id"]
        self._target.put(f"/organization/{organization_id}/", {"lead_statuses": order})

    def _copy_pipelines(self) -> None:
        """The first one is the default, so the present ones give way to new ones in order."""
        present = every(self._target, "/pipeline/")
        for number, row in enumerate(present):
            self._target.put(f"/pipeline/{row['id']}/", {"name": f"Replaced {number}"})
        for row in self._source["pipelines"]:
            statuses = [
                {name: each[name] for name in ("label", "type")} for each in row["statuses"]
            ]
            body = {"name": row["name"], "statuses": statuses}
            made = self._target.post("/pipeline/", body)
            self.ids[row["id"]] = made["id"]
            for old, new in zip(row["statuses"], made["statuses"], strict=True):
                self.ids[old["id"]] = new["id"]
        for row in present:
            for status in row["statuses"]:
                self._target.delete(f"/status/opportunity/{status['id']}/")
            self._target.delete(f"/pipeline/{row['id']}/")

    def _copy_fields(self) -> None:
        """In the order in which they were made, whatever has them; then in that of each schema."""
        fields = [(row, LISTS[name]) for name in FIELDS for row in self._source[name]]
        for row, path in sorted(fields, key=lambda each: each[0]["date_created"]):
            made = self._post(path, row, _OF_FIELD)
            for association in row.get("associations", ()):
                self._target.post(f"{path}{made['id']}/association/", self.mapped(association))
        for schema, rows in self._source["schemas"].items():
            order = [{"id": self.ids[row["id"]]} for row in rows]
            self._target.put(f"/custom_field_schema/{self.mapped(schema)}/", {"fields": order})

    def _copy_visibility(self) -> None:
        names = ("visibility_user_lcf_ids", "visibility_user_lcf_behavior")
        for row in self._source["roles"]:
            body = {name: self.mapped(row[name]) for name in names}
            self._target.put(f"/role/{self.ids[row['id']]}/", body)

    def _copy_playbooks(self) -> None:
        """References to what is gone are left out."""
        for row in self._source["playbooks"]:
            kept = {
                name: [each for each in row[name] if each in self.ids]
                for name in ("outcome_ids", "custom_field_ids")
            }
            made = self._post("/playbook/", {**row, **kept}, WRITTEN["playbooks"])
            if row["archived_at"] is not None:
                self._target.post(f"/playbook/{made['id']}/archive/", {})

    def _archive_sms_templates(self) -> None:
        """They begin as active ones."""
        for row in self._source["sms_templates"]:
            if row["status"] != "active":
                path = f"/sms_template/{self.ids[row['id']]}/"
                self._target.put(path, {"status": row["status"]})

    def _copy_members(self) -> None:
        """Those who belong to the target, too."""
        known = {row["id"] for row in every(self._target, "/user/")}
        for row in self._source["groups"]:
            for member in row["members"]:
                if member["user_id"] in known:
                    self._target.post(f"/group/{self.ids[row['id']]}/member/", member)

    def _copy_smart_views(self) -> None:
        """Shared with the groups, too, but not with people by name."""
        for row in self._source["smart_views"]:
            sharing = {"group_ids": row["sharing_settings"]["group_ids"]}
            body = {**row, "sharing_settings": sharing}
            self._post("/saved_search/", body, WRITTEN["smart_views"])


def copy_configuration(source: Client, target: Client) -> Copying:
    """Copies everything; what is returned knows which id has become which."""
    copying = Copying(read_configuration(source), target)
    copying.run()
    return copying


if __name__ == "__main__":
    from closeio_api import API

    source_url, source_key, target_url, target_key = sys.argv[1:]
    copy_configuration(API(source_url, source_key), API(target_url, target_key))
