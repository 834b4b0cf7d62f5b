"""`resonant completion`: what a shell needs to complete our commands."""

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the shell completion for bash, zsh or fish.

    \b
    bash   resonant completion bash >> ~/.bashrc
    zsh    resonant completion zsh >> ~/.zshrc
    fish   resonant completion fish > ~/.config/fish/completions/resonant.fish
    """
    from click.shell_completion import get_completion_class

    from resonant.cli.commands import resonant

    completion_class = get_completion_class(shell)
    assert completion_class is not None, "the choice above holds shells that click knows"
    click.echo(completion_class(resonant, {}, "resonant", "_RESONANT_COMPLETE").source())
