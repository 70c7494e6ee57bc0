//! Running the program until it is asked to stop.

use std::{io::Write as _, time::Duration};

use anyhow::Context as _;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use super::{Adapters, App};
use crate::{
    config::{Config, StoreChoice},
    web::server,
};

/// How long to wait after a store that did not answer.
const RECOVER_AGAIN: Duration = Duration::from_secs(30);

/// Serves until SIGTERM, SIGHUP or Ctrl-C.
pub async fn serve(config: &Config) -> anyhow::Result<()> {
    let app = App::new(config, Adapters::from_config(config)?)?;
    let routes = if config.listen.behind_host { app.routes_for_host()? } else { app.routes.clone() };
    let stop = stop_signal()?;
    // Listening comes last: the first connection is taken as the sign that requests can be answered.
    let address = config.listen.address;
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    announce(config, &listener)?;
    tokio::select! {
        () = server::serve(listener, routes, async {
            stop.await;
            app.stop();
        }) => {}
        () = recover(&app) => {}
        () = work(&app) => {}
    }
    tracing::info!("stopped");
    Ok(())
}

/// Finishes what an earlier process left half done, beside the requests, once the store lets it; then waits for ever.
async fn recover(app: &App) {
    loop {
        match app.recover().await {
            Ok(0) => break,
            Ok(count) => {
                tracing::info!(count, "finished deletions that had been cut short");
                break;
            }
            Err(error) => tracing::warn!(error = %error.chain(), "deletions that were cut short must wait"),
        }
        tokio::time::sleep(RECOVER_AGAIN).await;
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

fn announce(config: &Config, listener: &TcpListener) -> std::io::Result<()> {
    let url = format!("http://{}", listener.local_addr()?);
    if config.listen.behind_host {
        tracing::info!(address = url, "ready");
        return Ok(());
    }
    let version = env!("CARGO_PKG_VERSION");
    let place = place(config);
    let banner = format!(
        "Avanochi {version} listens on {url}, with its data in {place}\n\
         Try it:  curl {url}/api/health\n\
         Read it: {url}/api/docs\n\
         Stop it: Ctrl-C\n"
    );
    // Nobody need be listening to that: whoever started the program may have closed its output.
    let _ = std::io::stdout().write_all(banner.as_bytes());
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
