"""What the store has to know of a table: its name, its row and the SQL that follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

import msgspec
from psycopg.types.json import Jsonb

Row = TypeVar("Row", bound=msgspec.Struct)


class Table(Generic[Row]):
    """A tenant table whose columns are the fields of a frozen Struct, in the same order.

    Rows are made by the thousand and never refer to each other in circles, so their Structs have
    ``gc=False``. ``noun`` is what events call the rows. ``json`` names the jsonb columns. A row has
    ``organization_id`` and ``id``; tests compare the fields with the real columns.
    """

    def __init__(self, name: str, noun: str, row: type[Row], *, json: tuple[str, ...] = ()) -> None:
        self.name = name
        self.noun = noun
        self.row = row
        self.columns: tuple[str, ...] = row.__struct_fields__
        self.json = frozenset(json)
        listed = ", ".join(self.columns)
        places = ", ".join(f"%({column})s" for column in self.columns)
        # Bytes, not str: the unit of work takes literal strings from programmers and bytes from
        # declarations like this one, so that no other text can become SQL unseen.
        # As json, which needs one call less to be decoded than jsonb with its version in front.
        read = ", ".join(f"{each}::json" if each in self.json else each for each in self.columns)
        self.select = f"SELECT {read} FROM {name} ".encode()
        self.get_sql = self.select + b"WHERE organization_id = %(organization_id)s AND id = %(id)s"
        self.lock_sql = self.get_sql + b" FOR UPDATE"
        self.insert_sql = f"INSERT INTO {name} ({listed}) VALUES ({places})".encode()
        self.delete_sql = (
            f"DELETE FROM {name} WHERE organization_id = %(organization_id)s AND id = %(id)s"
        ).encode()
        self._updates: dict[tuple[str, ...], bytes] = {}

    def delete_where(self, condition: bytes) -> bytes:
        """The DELETE of this organization's rows that fulfil ``condition``; it returns them."""
        return (
            f"DELETE FROM {self.name} WHERE organization_id = %(organization_id)s AND ".encode()
            + condition
            + f" RETURNING {', '.join(self.columns)}".encode()
        )

    def update_where(self, changed: Iterable[str], condition: bytes) -> bytes:
        """The UPDATE that sets these columns of this organization's rows that fulfil it."""
        sets = ", ".join(f"{column} = %({column})s" for column in changed)
        return (
            f"UPDATE {self.name} SET {sets} WHERE organization_id = %(organization_id)s AND "
        ).encode() + condition

    def parameters(self, row: Row) -> dict[str, Any]:
        """The row as parameters of ``insert_sql``."""
        return {name: self.adapt(name, getattr(row, name)) for name in self.columns}

    def adapt(self, column: str, value: Any) -> Any:
        return Jsonb(value) if column in self.json and value is not None else value

    def update_sql(self, changed: tuple[str, ...]) -> bytes:
        """The UPDATE that sets just these columns of one row."""
        found = self._updates.get(changed)
        if found is None:
            sets = ", ".join(f"{column} = %({column})s" for column in changed)
            found = (
                f"UPDATE {self.name} SET {sets} "
                "WHERE organization_id = %(organization_id)s AND id = %(id)s"
            ).encode()
            self._updates[changed] = found
        return found
