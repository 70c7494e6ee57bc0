//! Running the program until it is asked to stop.

use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use super::{Adapters, App, logging::Logging};
use crate::{
    config::{Config, StoreChoice},
    web::server::{self, limits::Limits},
};

/// How long to wait after a store that did not answer.
const START_RETRY_INTERVAL: Duration = Duration::from_secs(30);

/// Serves until SIGTERM, SIGHUP or Ctrl-C.
pub async fn serve(config: &Config, logging: &Logging) -> anyhow::Result<()> {
    let descriptors = raise_descriptor_limit();
    let limits = if config.listen.behind_host { Limits::behind_host(descriptors) } else { Limits::alone(descriptors) };
    let app = App::new(config, Adapters::from_config(config)?)?;
    let routes = if config.listen.behind_host { app.routes_for_host()? } else { app.routes.clone() };
    let stop = stop_signal()?;
    // Listening comes last: the first connection is taken as the sign that requests can be answered.
    let address = config.listen.address;
    let listener = server::listen(address).with_context(|| format!("cannot listen on {address}"))?;
    announce(config, &listener, logging)?;
    tokio::select! {
        () = server::serve(listener, routes, limits, async {
            stop.await;
            app.stop();
        }) => {}
        () = start(&app) => {}
        () = work(&app) => {}
    }
    tracing::info!("stopped");
    Ok(())
}

/// Does what is to be done at the start, beside the requests, once the store lets it; then waits for ever.
async fn start(app: &App) {
    while let Err(error) = app.start().await {
        tracing::warn!(error = %error.chain(), "what is to be done at the start must wait");
        tokio::time::sleep(START_RETRY_INTERVAL).await;
    }
    std::future::pending::<()>().await;
}

/// Runs jobs beside the requests; waits for ever when there are none to run here.
async fn work(app: &App) {
    if let Err(error) = app.work().await {
        tracing::error!(error = %error.chain(), "no jobs are run");
    }
    std::future::pending::<()>().await;
}

/// Lets the process have as many descriptors as it may have; how many that are.
fn raise_descriptor_limit() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    match setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        Ok(()) => limit.maximum.unwrap_or(u64::MAX),
        // Some systems refuse "without limit" here.
        Err(_) => limit.current.unwrap_or(u64::MAX),
    }
}

fn announce(config: &Config, listener: &TcpListener, logging: &Logging) -> std::io::Result<()> {
    let url = format!("http://{}", listener.local_addr()?);
    if config.listen.behind_host {
        tracing::info!(address = url, "ready");
        return Ok(());
    }
    let version = env!("CARGO_PKG_VERSION");
    let place = place(config);
    let banner = format!(
        "Avanochi {version} listens on {url}, with its data in {place}\n\
         Open it: {url}/app/\n\
         Try it:  curl {url}/api/health\n\
         Read it: {url}/api/docs\n\
         Stop it: Ctrl-C\n"
    );
    logging.print(&banner);
    Ok(())
}

/// Where the data is, for a person.
fn place(config: &Config) -> String {
    match config.store {
        StoreChoice::Embedded => config.data.display().to_string(),
        StoreChoice::Cosmos => "Cosmos DB".into(),
    }
}

/// SIGTERM, Ctrl-C, or the end of the terminal, unless whoever started the program wants it to outlive that.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut hang_up = if ignores_hang_up() { None } else { Some(signal(SignalKind::hangup())?) };
    Ok(async move {
        let terminal_closed = async {
            match &mut hang_up {
                Some(signal) => signal.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = terminal_closed => {}
        }
    })
}

/// Whether SIGHUP is ignored, as `nohup` has it. Linux tells; elsewhere it counts as not ignored.
fn ignores_hang_up() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    // The lowest bit is signal 1.
    ignored.is_some_and(|signals| signals & 1 == 1)
}
