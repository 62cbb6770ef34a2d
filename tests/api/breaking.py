"""What of a description of the API breaks those who rely on an older one. Not here: which is stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Sentences, one for each promise of ``old`` that ``new`` does not keep; additions are none."""
    return list(_Comparison(old, new).run())


class _Comparison:
    def __init__(self, old: Schema, new: Schema) -> None:
        self.old, self.new = old, new

    def run(self) -> Iterator[str]:
        for path, operations in self.old["paths"].items():
            for method, operation in operations.items():
                where = f"{method.upper()} {path}"
                kept = self.new["paths"].get(path, {}).get(method)
                if kept is None:
                    yield f"{where} is gone"
                    continue
                yield from self._parameters(where, operation, kept)
                yield from self._body(where, operation, kept)
                yield from self._responses(where, operation, kept)

    def _parameters(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        before = {(p["in"], p["name"]): p for p in old.get("parameters", [])}
        after = {(p["in"], p["name"]): p for p in new.get("parameters", [])}
        for key, parameter in before.items():
            at = f"{where} ?{key[1]}"
            if key not in after:
                yield f"{at} is gone"
                continue
            asked, kept = (
                self._resolved(p["schema"], s)
                for p, s in ((parameter, self.old), (after[key], self.new))
            )
            if asked.get("type") != kept.get("type"):
                yield f"{at} changed its type"
            if gone := set(asked.get("enum", [])) - set(kept.get("enum", asked.get("enum", []))):
                yield f"{at} no longer takes {sorted(map(str, gone))}"
            if "enum" in kept and "enum" not in asked:
                yield f"{at} takes fewer values"
            if kept.get("pattern") != asked.get("pattern"):
                yield f"{at} changed its pattern"
            if kept.get("maximum", 10**30) < asked.get("maximum", 10**30):
                yield f"{at} lowered its maximum"
        for key, parameter in after.items():
            if parameter.get("required") and not before.get(key, {}).get("required"):
                yield f"{where} ?{key[1]} became required"

    def _body(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        """What is sent: nothing more may be asked for, and whatever was taken must be."""
        before, after = (one.get("requestBody", {}).get("content", {}) for one in (old, new))
        for media_type, content in before.items():
            at = f"{where} takes {media_type}"
            if media_type not in after:
                yield f"{at} no more"
            else:
                yield from self._taken(at, content["schema"], after[media_type]["schema"])
        if new.get("requestBody", {}).get("required") and not before:
            yield f"{where} must now be sent something"

    def _taken(self, at: str, old: Schema, new: Schema) -> Iterator[str]:
        old, new = self._resolved(old, self.old), self._resolved(new, self.new)
        if lost := _types(old) - _types(new):
            yield f"{at} may no longer be {sorted(lost)}"
        if more := set(new.get("required", [])) - set(old.get("required", [])):
            yield f"{at} must now have {sorted(more)}"
        if gone := set(old.get("enum", [])) - set(new.get("enum", old.get("enum", []))):
            yield f"{at} no longer takes {sorted(map(str, gone))}"
        for bound in ("pattern", "maxLength", "maximum", "minimum", "minLength"):
            if bound in new and new[bound] != old.get(bound):
                yield f"{at} has another {bound}"
        for name, own in old.get("properties", {}).items():
            if name not in new.get("properties", {}):
                yield f"{at}.{name} is no longer taken"
            else:
                yield from self._taken(f"{at}.{name}", own, new["properties"][name])
        if "items" in old and "items" in new:
            yield from self._taken(f"{at}[]", old["items"], new["items"])

    def _responses(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        for status, response in old["responses"].items():
            if status not in new["responses"]:
                yield f"{where} {status} is gone"
            for media_type, content in response.get("content", {}).items():
                at = f"{where} {status} {media_type}"
                kept = new["responses"].get(status, {}).get("content", {}).get(media_type)
                if kept is None:
                    yield f"{at} is gone"
                else:
                    yield from self._shape(at, content["schema"], kept["schema"])

    def _shape(self, at: str, old: Schema, new: Schema) -> Iterator[str]:
        old, new = self._resolved(old, self.old), self._resolved(new, self.new)
        if extra := _types(new) - _types(old):
            yield f"{at} may now be {sorted(extra)}"
        if lost := _types(old) - _types(new) - {"null"}:
            yield f"{at} is no longer {sorted(lost)}"
        if gone := set(old.get("required", [])) - set(new.get("required", [])):
            yield f"{at} may now lack {sorted(gone)}"
        for name, own in old.get("properties", {}).items():
            kept = new.get("properties", {}).get(name)
            if kept is None:
                yield f"{at}.{name} is gone"
            else:
                yield from self._shape(f"{at}.{name}", own, kept)
        if "items" in old and "items" in new:
            yield from self._shape(f"{at}[]", old["items"], new["items"])
        if gone := set(old.get("enum", [])) - set(new.get("enum", old.get("enum", []))) - {None}:
            yield f"{at} no longer says {sorted(gone)}"

    def _resolved(self, schema: Schema, root: Schema) -> Schema:
        """References followed, ``oneOf`` of something and null taken as that something or null."""
        if "$ref" in schema:
            found: Any = root
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            return self._resolved(found, root)
        parts = schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf")
        if not parts:
            return schema
        merged: Schema = {"type": []}
        for part in (self._resolved(one, root) for one in parts):
            types = sorted(set(merged["type"]) | _types(part))
            merged = {**merged, **part, "type": types}
        return merged


def _types(schema: Schema) -> set[str]:
    types = schema.get("type", [])
    found = {types} if isinstance(types, str) else set(types)
    if None in schema.get("enum", []):
        found.add("null")
    return found
