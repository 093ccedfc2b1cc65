"""Child processes that never outlive us: a server, one command in the foreground, several side by side."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO, Any

Process = subprocess.Popen[bytes]

SERVER_STOP_SECONDS = 10.0
TOGETHER_STOP_SECONDS = 5.0
COLOURS = (36, 32, 33)  # of the name before each line: cyan, green, yellow


def ends_with_us(number: signal.Signals) -> Callable[[], None] | None:
    """A preexec_fn by which Linux sends `number` to the child once we are gone, even killed.

    The kernel ties this to the thread that starts the child, so only the main thread may ask for it.
    """
    if threading.current_thread() is not threading.main_thread():
        return None

    def ask() -> None:
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, int(number))  # 1 = PR_SET_PDEATHSIG

    return ask


def as_account(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """Arguments of subprocess that run a child as `account`; None is ourselves."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


# -- a server ------------------------------------------------------------------------------------------------


def start_server(
    command: Sequence[str],
    *,
    folder: Path,
    log: Path,
    stop_with: signal.Signals,
    account: pwd.struct_passwd | None,
) -> Process:
    """Start a server in `folder`, its output in `log`, in a session of its own: Ctrl-C does not reach it."""
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=ends_with_us(stop_with),
            **as_account(account),
        )


def stop_server(process: Process, stop_with: signal.Signals) -> None:
    for number in (stop_with, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(SERVER_STOP_SECONDS)


# -- one command ---------------------------------------------------------------------------------------------


def run_in_foreground(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run `command`, hand signals on to it, return its exit code (128 + n when signal n ended it)."""
    child = subprocess.Popen(command, env=dict(environment), preexec_fn=ends_with_us(signal.SIGTERM))

    def hand_on(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT and _is_foreground():
            return  # the terminal sent it to the child too
        if child.poll() is None:
            child.send_signal(number)

    caught = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, hand_on) for number in caught}
    try:
        code = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 128 - code if code < 0 else code


def _is_foreground() -> bool:
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False


# -- several, side by side -----------------------------------------------------------------------------------


class Together:
    """Runs commands side by side, their output line by line behind their names, until one of them ends.

    When one ends, or on Ctrl-C, SIGTERM or SIGHUP, all are told to stop; what has not stopped after
    TOGETHER_STOP_SECONDS is killed.
    """

    def __init__(
        self,
        commands: Mapping[str, Sequence[str]],
        environment: Mapping[str, str],
        *,
        beside: Mapping[str, Process] | None = None,
        each_tick: Callable[[], None] = lambda: None,
        output: IO[str] = sys.stdout,
    ) -> None:
        """`beside` are servers that must not end either; `each_tick` is called several times a second."""
        self.commands, self.environment = commands, environment
        self.beside, self.each_tick, self.output = beside or {}, each_tick, output
        self.processes: dict[str, Process] = {}
        self.failed: str | None = None
        self._stop_asked = False
        self._width = max(len(name) for name in commands)
        self._readers = selectors.DefaultSelector()
        self._begun = dict.fromkeys(commands, "")  # the line that each has not finished yet

    def run(self) -> int:
        """Return 0 when asked to stop; otherwise 1, and `failed` says in a sentence what ended."""
        caught = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self.ask_to_stop) for number in caught}
        try:
            self._start()
            self._watch()
            self._stop()
        finally:
            for process in self.processes.values():
                self._kill(process)
            for number, handler in before.items():
                signal.signal(number, handler)
            self._readers.close()
        return 1 if self.failed else 0

    def ask_to_stop(self, *_: object) -> None:
        self._stop_asked = True

    def _start(self) -> None:
        for name, command in self.commands.items():
            process = subprocess.Popen(
                command,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches us alone; we stop them in order
                preexec_fn=ends_with_us(signal.SIGTERM),
            )
            self.processes[name] = process
            self._readers.register(process.stdout, selectors.EVENT_READ, name)  # type: ignore[arg-type]

    def _watch(self) -> None:
        while not self._stop_asked:
            self._relay(0.2)
            for name, process in {**self.processes, **self.beside}.items():
                if (code := process.poll()) is not None:
                    how = f"with exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"
                    where = "The lines above say" if name in self.processes else "The log beside its data says"
                    self.failed = f"{name} ended ({how}), so everything was stopped. {where} why."
                    return
            self.each_tick()

    def _stop(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + TOGETHER_STOP_SECONDS
        while time.monotonic() < deadline and any(p.poll() is None for p in self.processes.values()):
            self._relay(0.05)
        self._relay(0)

    def _kill(self, process: Process) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # with the children of its own that it may have left
        process.wait()
        if process.stdout:
            process.stdout.close()

    def _relay(self, seconds: float) -> None:
        for key, _ in self._readers.select(seconds):
            chunk = key.fileobj.read1(65536)  # type: ignore[union-attr]
            if not chunk:
                self._readers.unregister(key.fileobj)
                continue
            *lines, self._begun[key.data] = (self._begun[key.data] + chunk.decode(errors="replace")).split("\n")
            for line in lines:
                self.say(key.data, line)

    def say(self, name: str, line: str) -> None:
        head = f"{name:<{self._width}} |"
        if self.output.isatty():
            colour = COLOURS[list(self.commands).index(name) % len(COLOURS)]
            head = f"\033[{colour}m{head}\033[0m"
        print(head, line, file=self.output, flush=True)
