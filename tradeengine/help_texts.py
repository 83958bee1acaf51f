"""What `--help` says of a command: the paragraphs of its docstring, at any width."""

import inspect

import typer


def flowing(app: typer.Typer) -> None:
    """
    Let the help of all commands flow: the line ends of a docstring are for readers of the code.

    Typer keeps them, so that a narrower terminal would break each line twice.
    """
    for command in app.registered_commands:
        command.help = paragraphs(inspect.getdoc(command.callback) or "")
    for group in app.registered_groups:
        if group.typer_instance is not None:
            flowing(group.typer_instance)


def paragraphs(text: str) -> str:
    """Put each paragraph on one line, with an empty line between two."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))
