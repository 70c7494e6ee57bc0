//! The real binary as a child process, in a folder of its own, with an environment that holds only what the test says.

use std::{
    io::{BufRead as _, BufReader, Read},
    net::SocketAddr,
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::http::{Http, PATIENCE};

const BINARY: &str = env!("CARGO_BIN_EXE_avanochi");

/// How the binary is to be started.
#[derive(Debug)]
pub struct Program(Command);

impl Program {
    /// In a working folder, on a port that is free.
    pub fn new(folder: &Path) -> Self {
        Self(Command::new(BINARY)).cleaned(folder)
    }

    /// After a line of shell, which sets what a process inherits.
    pub fn after(preparation: &str, folder: &Path) -> Self {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", &format!("{preparation}; exec \"$0\" \"$@\""), BINARY]);
        Self(shell).cleaned(folder)
    }

    fn cleaned(mut self, folder: &Path) -> Self {
        self.0.env_clear().env("PATH", "/usr/bin:/bin").env("AVANOCHI_PORT", "0").current_dir(folder);
        self
    }

    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    pub fn args(mut self, args: &[&str]) -> Self {
        self.0.args(args);
        self
    }

    /// Starts it and reads of its output no more than where it listens; what it says later waits in the pipe.
    pub fn start_unheard(mut self) -> (Process, ChildStdout) {
        let command = self.0.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary");
        let mut stdout = child.stdout.take().expect("stdout");
        let stderr = Lines::follow(child.stderr.take().expect("stderr"));
        let mut process = Process { child, address: SocketAddr::from(([0, 0, 0, 0], 0)), stdout: stderr.clone(), stderr };
        let mut line = Vec::new();
        loop {
            let mut byte = [0];
            stdout.read_exact(&mut byte).expect("a line");
            if byte[0] != b'\n' {
                line.extend(byte);
            } else if let Some(address) = address(&String::from_utf8_lossy(&std::mem::take(&mut line))) {
                process.address = address;
                return (process, stdout);
            }
        }
    }

    /// Returns once the program says where it listens.
    #[track_caller]
    pub fn start(self) -> Process {
        let (child, stdout, stderr) = self.spawn(Stdio::null());
        let address = stdout.wait_for(address);
        // Dropped by now if there was none, which ends the child too.
        let mut process = Process { child, address: SocketAddr::from(([0, 0, 0, 0], 0)), stdout, stderr };
        process.address = address.unwrap_or_else(|| panic!("it did not start: {}", process.output()));
        process
    }

    /// Runs the program to its end.
    #[track_caller]
    pub fn run(self) -> Finished {
        let (child, stdout, stderr) = self.spawn(Stdio::null());
        let mut process = Process { child, address: SocketAddr::from(([0, 0, 0, 0], 0)), stdout, stderr };
        let status = process.wait();
        Finished { code: status.code(), stdout: process.stdout.text(), stderr: process.stderr.text() }
    }

    /// Starts it to be told something on its standard input.
    pub fn start_told(self) -> (Process, ChildStdin) {
        let (mut child, stdout, stderr) = self.spawn(Stdio::piped());
        let stdin = child.stdin.take().expect("stdin");
        (Process { child, address: SocketAddr::from(([0, 0, 0, 0], 0)), stdout, stderr }, stdin)
    }

    fn spawn(mut self, stdin: Stdio) -> (Child, Lines, Lines) {
        let command = self.0.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary");
        let stdout = Lines::follow(child.stdout.take().expect("stdout"));
        let stderr = Lines::follow(child.stderr.take().expect("stderr"));
        (child, stdout, stderr)
    }
}

/// From the banner, or behind the Functions host from the log.
fn address(line: &str) -> Option<SocketAddr> {
    let url = match serde_json::from_str::<Value>(line) {
        Ok(event) if event["message"] == "ready" => event["address"].as_str()?.to_owned(),
        Ok(_) => return None,
        Err(_) => line.split_once(" listens on ")?.1.split(',').next()?.to_owned(),
    };
    url.strip_prefix("http://")?.parse().ok()
}

/// What a program that has ended leaves behind.
#[derive(Debug)]
pub struct Finished {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    /// Checks the exit code, and that standard error holds one line with all of `said`.
    #[track_caller]
    pub fn assert_failed(&self, code: i32, said: &[&str]) {
        assert_eq!((self.code, self.stderr.lines().count()), (Some(code), 1), "{self:?}");
        assert!(said.iter().all(|words| self.stderr.contains(words)), "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
    }
}

/// The running program; it does not outlive this value.
#[derive(Debug)]
pub struct Process {
    child: Child,
    pub address: SocketAddr,
    pub stdout: Lines,
    pub stderr: Lines,
}

impl Process {
    pub fn http(&self) -> Http {
        Http::new(self.address)
    }

    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("a signal sent");
    }

    /// Ends it as the Functions host does, with no warning.
    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.wait();
    }

    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        // It keeps its output open until it ends.
        assert!(self.stdout.wait_for_end() && self.stderr.wait_for_end(), "still running: {}", self.output());
        self.child.wait().expect("an exit status")
    }

    /// Asks it to stop, and holds it to stopping well.
    #[track_caller]
    pub fn stop(&mut self) {
        self.signal(Signal::TERM);
        assert_eq!(self.wait().code(), Some(0), "{}", self.output());
    }

    /// Everything it has said so far.
    pub fn output(&self) -> String {
        format!("{}{}", self.stdout.text(), self.stderr.text())
    }

    /// Waits for a line of the log that fits.
    #[track_caller]
    pub fn wait_for_log(&self, fits: impl Fn(&Value) -> bool) -> Value {
        let found = self.stdout.wait_for(|line| serde_json::from_str(line).ok().filter(|event| fits(event)));
        found.unwrap_or_else(|| panic!("no such line in the log: {}", self.output()))
    }

    /// Returns once nothing listens any more.
    #[track_caller]
    pub fn wait_until_refused(&self) {
        let began = Instant::now();
        while std::net::TcpStream::connect(self.address).is_ok() {
            assert!(began.elapsed() < PATIENCE, "still listening: {}", self.output());
            thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines of an output as they come.
#[derive(Debug, Clone, Default)]
pub struct Lines(Arc<(Mutex<Heard>, Condvar)>);

#[derive(Debug, Default)]
struct Heard {
    lines: Vec<String>,
    ended: bool,
}

impl Lines {
    fn follow(stream: impl Read + Send + 'static) -> Self {
        let lines = Self::default();
        let heard = lines.clone();
        thread::spawn(move || {
            for line in BufReader::new(stream).split(b'\n') {
                let Ok(line) = line else { break };
                heard.change(|state| state.lines.push(String::from_utf8_lossy(&line).into_owned()));
            }
            heard.change(|state| state.ended = true);
        });
        lines
    }

    fn change(&self, change: impl FnOnce(&mut Heard)) {
        change(&mut self.lock());
        self.0.1.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Heard> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What `find` makes of the first line that it knows; `None` when there is none by the end, or in time.
    pub fn wait_for<T>(&self, mut find: impl FnMut(&str) -> Option<T>) -> Option<T> {
        let began = Instant::now();
        let mut state = self.lock();
        let mut seen = 0;
        loop {
            if let Some(found) = state.lines[seen..].iter().find_map(|line| find(line)) {
                return Some(found);
            }
            seen = state.lines.len();
            let left = PATIENCE.saturating_sub(began.elapsed());
            if state.ended || left.is_zero() {
                return None;
            }
            state = self.0.1.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether the end came in time.
    fn wait_for_end(&self) -> bool {
        let state = self.0.1.wait_timeout_while(self.lock(), PATIENCE, |state| !state.ended);
        state.unwrap_or_else(PoisonError::into_inner).0.ended
    }

    pub fn text(&self) -> String {
        self.lock().lines.iter().flat_map(|line| [line, "\n"]).collect()
    }
}
