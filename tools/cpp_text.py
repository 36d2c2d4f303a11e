"""C++ source as text, as far as tools/tidy.py needs it: no parser, a reader of braces."""

import re

# Comments, raw strings, strings and character literals (a ' between digits is no literal).
TOKENS = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^()\\ ]{0,16})\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.DOTALL)
NOT_A_FUNCTION = re.compile(
    r"^\s*(\[\[.*?\]\]\s*)?(template\s*<.*?>\s*)?"
    r"(namespace|class|struct|enum|union|extern|export|concept)\b", re.DOTALL)
NAMESPACE = re.compile(r"(inline\s+)?namespace\b\s*(?P<name>[\w:]*)$")
TYPE = re.compile(
    r"(template\s*<.*>\s*)?(class|struct|union|enum(\s+(class|struct))?)\s+"
    r"(?P<name>\w[\w\s<>,*&:]*?)(\s+final)?(\s*(?<!:):(?!:).*)?$", re.DOTALL)


def without_comments_and_strings(text):
    """The same text, every comment and literal blanked; lines and columns stay where they were."""
    return TOKENS.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def without_directives(text):
    """The same, the preprocessor's lines blanked as well."""
    return re.sub(r"^[ \t]*#[^\n]*", lambda found: " " * len(found[0]),
                  without_comments_and_strings(text), flags=re.MULTILINE)


def functions(text):
    """(first line, last line) of every function body outside other functions, 1-based."""
    code = without_directives(text)
    found = []
    open_blocks = []  # True: a function, or a block inside one
    head = 0          # where the text before the next brace begins
    start = 0
    for position, letter in enumerate(code):
        if letter == "{":
            inside = bool(open_blocks) and open_blocks[-1]
            is_function = inside or is_function_head(code[head:position])
            if is_function and not inside:
                start = head + len(code[head:position]) - len(code[head:position].lstrip())
            open_blocks.append(is_function)
        elif letter == "}" and open_blocks:
            closed = open_blocks.pop()
            if closed and not (open_blocks and open_blocks[-1]):
                found.append((line_of(code, start), line_of(code, position)))
        if letter in "{};":
            head = position + 1
    return found


def shared_types(text):
    """(name with its namespaces, line) of every type defined here that other files could name:
    outside anonymous namespaces, functions and other types."""
    code = without_directives(text)
    found = []
    scopes = []  # of each open block: the namespace's name, None for any other block
    head = 0
    for position, letter in enumerate(code):
        if letter == "{":
            words = code[head:position].strip()
            namespace = NAMESPACE.match(words)
            if (kind := TYPE.match(words)) and None not in scopes:
                name = re.sub(r"\s+", "", kind["name"])
                found.append(("::".join([*scopes, name]), line_of(code, position)))
            scopes.append(namespace["name"] or None if namespace else None)
        elif letter == "}" and scopes:
            scopes.pop()
        if letter in "{};":
            head = position + 1
    return found


def is_function_head(head):
    """Whether the text between the last ; { or } and a brace opens a function."""
    if "(" not in head or NOT_A_FUNCTION.match(head):
        return False
    before_parameters = head[:head.index("(")]
    # An initializer, unless it is operator= or the like.
    return "=" not in before_parameters or "operator" in before_parameters


def line_of(text, position):
    return text.count("\n", 0, position) + 1
