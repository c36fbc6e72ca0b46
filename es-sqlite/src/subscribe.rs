//! Waking those who wait for more: at once for commits of this process, within the polling
//! interval for those of others.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::watch;

use es_core::event::Position;

use crate::connect::Connector;
use crate::error::Failure;
use crate::read;

/// Looks for commits of other processes, as long as somebody waits for any.
#[derive(Debug)]
pub(crate) struct Poller {
    thread: thread::Thread,
    running: Mutex<Option<thread::JoinHandle<()>>>,
    is_over: Arc<AtomicBool>,
}

impl Poller {
    pub(crate) fn start(
        connector: Connector,
        committed: watch::Sender<Position>,
        interval: Duration,
    ) -> std::io::Result<Self> {
        let is_over = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&is_over);
        let running = thread::Builder::new()
            .name("es-sqlite-poll".to_owned())
            .spawn(move || poll(&connector, &committed, interval, &stop))?;
        let thread = running.thread().clone();
        Ok(Self { thread, running: Mutex::new(Some(running)), is_over })
    }

    /// Tells that somebody waits now.
    pub(crate) fn wake(&self) {
        self.thread.unpark();
    }

    pub(crate) fn stop(&self) {
        self.is_over.store(true, Ordering::Release);
        self.thread.unpark();
    }

    /// Stops it and waits until its connection is closed: while one is open, the file's last
    /// events may still be in its write-ahead log.
    pub(crate) async fn close(&self) {
        self.stop();
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(running) = running {
            // Errors mean that the thread or the runtime is gone, and the connection with it.
            let _ = tokio::task::spawn_blocking(move || running.join()).await;
        }
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        self.stop();
    }
}

fn poll(
    connector: &Connector,
    committed: &watch::Sender<Position>,
    interval: Duration,
    is_over: &AtomicBool,
) {
    let mut connection = None;
    while !is_over.load(Ordering::Acquire) {
        if committed.receiver_count() == 0 {
            connection = None;
            thread::park();
            continue;
        }
        // A connection that fails is opened anew the next time.
        match look(connector, &mut connection) {
            Ok(head) => {
                committed.send_if_modified(|known| {
                    let is_news = *known < head;
                    *known = (*known).max(head);
                    is_news
                });
            }
            Err(_) => connection = None,
        }
        thread::park_timeout(interval);
    }
}

fn look(connector: &Connector, connection: &mut Option<Connection>) -> Result<Position, Failure> {
    let open = match connection.take() {
        Some(open) => open,
        None => connector.reader()?,
    };
    let head = read::head(&open);
    *connection = Some(open);
    head
}
