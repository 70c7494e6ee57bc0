//! A mail server, as far as somebody who hands mail over sees it: without encryption, on the loopback alone.

use std::{
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    task::{AbortHandle, JoinSet},
};

/// A mail that it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub from: String,
    pub to: String,
    /// Head and body, without the dots that were doubled on the way.
    pub text: String,
}

/// Where in the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Greeting,
    Login,
    From,
    To,
    Data,
    /// After the mail itself.
    End,
}

/// What goes wrong there.
#[derive(Debug, Clone, Copy)]
pub enum Trouble {
    /// This is the reply, and nothing is done.
    Reply(&'static str),
    /// The connection is closed, and nothing is done.
    Close,
    /// Everything is done, and the connection is closed without a reply.
    CloseAfterwards,
    /// Nothing comes any more.
    Silence,
}

/// What it was sent and what goes wrong next.
#[derive(Debug, Clone, Default)]
pub struct State(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    taken: Vec<Taken>,
    connections: usize,
    login: Option<String>,
    troubles: Vec<(Step, Trouble)>,
}

impl State {
    /// All mails that it took, oldest first.
    pub fn taken(&self) -> Vec<Taken> {
        self.lock().taken.clone()
    }

    pub fn connections(&self) -> usize {
        self.lock().connections
    }

    /// Takes mail from nobody else.
    pub fn lets_in(&self, name: &str, password: &str) {
        self.lock().login = Some(STANDARD.encode(format!("\0{name}\0{password}")));
    }

    /// Has that go wrong the next time.
    pub fn on(&self, step: Step, trouble: Trouble) {
        self.lock().troubles.push((step, trouble));
    }

    fn trouble(&self, step: Step) -> Option<Trouble> {
        let mut inner = self.lock();
        let at = inner.troubles.iter().position(|(at, _)| *at == step)?;
        Some(inner.troubles.remove(at).1)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A server that takes mail until this is dropped.
#[derive(Debug)]
pub struct Smtp {
    /// As the setting has it.
    pub url: String,
    pub port: u16,
    pub state: State,
    server: AbortHandle,
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Starts it on 127.0.0.1; port 0 takes one that is free.
#[expect(clippy::disallowed_methods, reason = "a stand-in answers beside the test that asks it, until that drops it")]
pub async fn start(port: u16) -> io::Result<Smtp> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let (port, state) = (listener.local_addr()?.port(), State::default());
    let server = tokio::spawn(accept(listener, state.clone())).abort_handle();
    Ok(Smtp { url: format!("smtp://127.0.0.1:{port}"), port, state, server })
}

async fn accept(listener: TcpListener, state: State) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let state = state.clone();
        // How one ends is no matter of the server's.
        connections.spawn(async move { converse(stream, &state).await.unwrap_or_default() });
        while connections.try_join_next().is_some() {}
    }
}

/// Whether the conversation goes on after what happened.
async fn reply(
    stream: &mut BufReader<TcpStream>,
    state: &State,
    step: Step,
    usual: &str,
    done: impl FnOnce(),
) -> io::Result<bool> {
    let text = match state.trouble(step) {
        None => {
            done();
            usual
        }
        Some(Trouble::Reply(text)) => text,
        Some(Trouble::Close) => return Ok(false),
        Some(Trouble::CloseAfterwards) => {
            done();
            return Ok(false);
        }
        Some(Trouble::Silence) => std::future::pending().await,
    };
    stream.get_mut().write_all(format!("{text}\r\n").as_bytes()).await?;
    Ok(true)
}

async fn converse(stream: TcpStream, state: &State) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    state.lock().connections += 1;
    let login = state.lock().login.clone();
    let (mut known, mut from, mut to) = (login.is_none(), String::new(), String::new());
    if !reply(&mut stream, state, Step::Greeting, "220 sandbox ESMTP", || {}).await? {
        return Ok(());
    }
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        let (verb, rest) = line.split_once([' ', ':']).unwrap_or((line, ""));
        let goes_on = match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                let auth = if login.is_some() { "250-AUTH PLAIN\r\n" } else { "" };
                stream.get_mut().write_all(format!("250-sandbox\r\n{auth}250 8BITMIME\r\n").as_bytes()).await?;
                true
            }
            "AUTH" => {
                known = login.as_deref() == rest.strip_prefix("PLAIN ");
                let usual = if known { "235 2.7.0 Accepted" } else { "535 5.7.8 Bad credentials" };
                reply(&mut stream, state, Step::Login, usual, || {}).await?
            }
            "MAIL" if !known => reply(&mut stream, state, Step::From, "530 5.7.0 Authentication required", || {}).await?,
            "MAIL" => {
                from = address(rest);
                reply(&mut stream, state, Step::From, "250 2.1.0 Ok", || {}).await?
            }
            "RCPT" => {
                to = address(rest);
                reply(&mut stream, state, Step::To, "250 2.1.5 Ok", || {}).await?
            }
            "DATA" => {
                let asks = "354 End data with <CR><LF>.<CR><LF>";
                if !reply(&mut stream, state, Step::Data, asks, || {}).await? {
                    return Ok(());
                }
                let text = message(&mut stream).await?;
                let taken = Taken { from: from.clone(), to: to.clone(), text };
                reply(&mut stream, state, Step::End, "250 2.0.0 Ok", || state.lock().taken.push(taken)).await?
            }
            "QUIT" => {
                stream.get_mut().write_all(b"221 2.0.0 Bye\r\n").await?;
                false
            }
            _ => {
                stream.get_mut().write_all(b"502 5.5.1 Unknown\r\n").await?;
                true
            }
        };
        if !goes_on {
            return Ok(());
        }
    }
}

/// What is in angle brackets.
fn address(text: &str) -> String {
    text.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or_else(String::new, |(address, _)| address.to_owned())
}

async fn message(stream: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match line.strip_prefix('.') {
            Some("\r\n") => return Ok(text),
            Some(rest) => text.push_str(rest),
            None => text.push_str(&line),
        }
    }
}
