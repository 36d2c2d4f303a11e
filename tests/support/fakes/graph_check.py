"""What the real server refuses in a graph before queueing it, in its words.

check() gives (error or None, output node ids that stay, node_errors). Some outputs may fall away
while others stay: then the answer is 200 with node_errors.
"""

COMBO_SHOWN_MAX = 20


def is_link(value):
    return isinstance(value, list)


def problem(kind, message, details, **extra):
    return {"type": kind, "message": message, "details": details, "extra_info": extra}


def inputs_of(info):
    """Name, type or list of choices, options and whether required, of every input."""
    for group in ("required", "optional"):
        for name, entry in info["input"].get(group, {}).items():
            options = entry[1] if len(entry) > 1 else {}
            kind = entry[0]
            if kind == "COMBO":
                kind = options.get("options", [])
            yield name, kind, options, group == "required", entry


class Check:
    """One graph against one server's catalogue; `has_input_file(name)` answers for LoadImage."""

    def __init__(self, catalogue, has_input_file, new):
        self.catalogue, self.has_input_file, self.new = catalogue, has_input_file, new

    def check(self, prompt):
        """(error or None, good output ids, node_errors) for a prompt that is a JSON object."""
        self.prompt, self.errors = prompt, {}
        if refused := self.unknown_class():
            return refused, [], {}
        outputs = [node_id for node_id, node in prompt.items()
                   if self.catalogue[node["class_type"]]["output_node"]]
        if not outputs:
            return problem("prompt_no_outputs", "Prompt has no outputs", ""), [], {}
        good, node_errors = [], {}
        for output in outputs:
            reached = self.reached(output)
            if not any(self.errors.get(node_id) for node_id in reached):
                good.append(output)
            for node_id in reached:
                if self.errors.get(node_id):
                    entry = node_errors.setdefault(
                        node_id, {"errors": self.errors[node_id], "dependent_outputs": [],
                                  "class_type": prompt[node_id]["class_type"]})
                    entry["dependent_outputs"].append(output)
        if good:
            return None, good, node_errors
        return problem("prompt_outputs_failed_validation", "Prompt outputs failed validation",
                       ""), [], node_errors

    def unknown_class(self):
        for node_id, node in self.prompt.items():
            if not isinstance(node, dict) or "class_type" not in node:
                return problem("invalid_prompt",
                               "Cannot execute because a node is missing the class_type property.",
                               f"Node ID '#{node_id}'")
            name = node["class_type"]
            if name in self.catalogue:
                continue
            if not self.new:
                return problem("invalid_prompt",
                               f"Cannot execute because node {name} does not exist.",
                               f"Node ID '#{node_id}'")
            title = node.get("_meta", {}).get("title", name)
            return problem("missing_node_type",
                           f"Node '{title}' not found. The custom node may not be installed.",
                           f"Node ID '#{node_id}'", node_id=node_id, class_type=name,
                           node_title=title)
        return None

    def reached(self, output):
        """The output's node and all before it, checked; a cycle ends where it closes."""
        order, seen, path = [], set(), []

        def visit(node_id):
            if node_id in path:
                self.errors[node_id] = self.errors[node_id] + [self.cycle(path, node_id)]
            if node_id in seen:
                return
            seen.add(node_id)
            path.append(node_id)
            if node_id not in self.errors:
                self.errors[node_id] = []
                self.errors[node_id] = list(self.node_problems(node_id))
            for value in self.prompt[node_id].get("inputs", {}).values():
                if is_link(value) and len(value) == 2 and value[0] in self.prompt:
                    visit(value[0])
            path.pop()
            order.append(node_id)

        visit(output)
        return order

    def cycle(self, path, node_id):
        if self.new:
            return problem("dependency_cycle", "Dependency cycle detected",
                           " -> ".join([*path[path.index(node_id):], node_id]))
        said = "maximum recursion depth exceeded"
        return problem("exception_during_inner_validation", "Exception when validating inner node",
                       said, exception_message=said, exception_type="RecursionError", traceback=[])

    def node_problems(self, node_id):
        node = self.prompt[node_id]
        given = node.get("inputs", {})
        for name, kind, options, required, entry in inputs_of(self.catalogue[node["class_type"]]):
            if name not in given:
                if required:
                    yield problem("required_input_missing", "Required input is missing", name,
                                  input_name=name)
                continue
            value = given[name]
            if is_link(value):
                yield from self.link_problems(name, kind, entry, value)
            elif node["class_type"] == "LoadImage" and name == "image":
                if not self.has_input_file(value):
                    yield problem("custom_validation_failed", "Custom validation failed for node",
                                  f"{name} - Invalid image file: {value}", input_name=name,
                                  input_config=entry, received_value=value)
            else:
                yield from value_problems(name, kind, options, entry, value, given)

    def link_problems(self, name, kind, entry, link):
        if len(link) != 2:
            yield problem("bad_linked_input",
                          "Bad linked input, must be a length-2 list of [node_id, slot_index]",
                          name, input_name=name, input_config=entry, received_value=link)
            return
        source, slot = link
        if source not in self.prompt:
            yield problem("exception_during_inner_validation",
                          "Exception when validating inner node", repr(source), input_name=name,
                          input_config=entry, exception_message=repr(source),
                          exception_type="KeyError", traceback=[], linked_node=link)
            return
        types = self.catalogue[self.prompt[source]["class_type"]]["output"]
        if not isinstance(slot, int) or not 0 <= slot < len(types):
            yield problem("exception_during_inner_validation",
                          "Exception when validating inner node", "tuple index out of range",
                          input_name=name, input_config=entry, linked_node=link,
                          exception_message="tuple index out of range",
                          exception_type="IndexError", traceback=[])
        elif isinstance(kind, str) and types[slot] != kind:
            yield problem("return_type_mismatch", "Return type mismatch between linked nodes",
                          f"{name}, received_type({types[slot]}) mismatch input_type({kind})",
                          input_name=name, input_config=entry, received_type=types[slot],
                          linked_node=link)


def value_problems(name, kind, options, entry, value, given):
    """Problems of a literal value; a convertible one is converted in place, as the server does."""
    if isinstance(value, dict) and "__value__" in value:
        value = value["__value__"]
    said = {"input_name": name, "input_config": entry, "received_value": value}
    if isinstance(kind, list):
        if value not in kind:
            many = len(kind) > COMBO_SHOWN_MAX
            shown = f"(list of length {len(kind)})" if many else str(kind)
            yield problem("value_not_in_list", "Value not in list",
                          f"{name}: '{value}' not in {shown}",
                          **{**said, "input_config": None if many else entry})
        return
    convert = {"INT": int, "FLOAT": float, "STRING": str, "BOOLEAN": bool}.get(kind)
    if convert is None:
        return
    try:
        value = given[name] = convert(value)
    except (ValueError, TypeError, OverflowError) as error:
        yield problem("invalid_input_type", f"Failed to convert an input value to a {kind} value",
                      f"{name}, {value}, {error}", exception_message=str(error), **said)
        return
    if "min" in options and value < options["min"]:
        yield problem("value_smaller_than_min", f"Value {value} smaller than min of "
                      f"{options['min']}", name, **said)
    if "max" in options and value > options["max"]:
        yield problem("value_bigger_than_max", f"Value {value} bigger than max of "
                      f"{options['max']}", name, **said)
