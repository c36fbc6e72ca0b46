//! Drops a future after its n-th poll, for all n.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use tokio::sync::Notify;

/// More polls than any of the futures takes.
const MOST: usize = 200;

#[derive(Default)]
struct Woken {
    is_woken: AtomicBool,
    notify: Notify,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Ordering::SeqCst);
        self.notify.notify_one();
    }
}

impl Woken {
    async fn wait(&self) {
        while !self.is_woken.swap(false, Ordering::SeqCst) {
            self.notify.notified().await;
        }
    }
}

/// Polls a future at most so many times, each time when it was woken, and drops it then.
pub async fn polled<T>(times: usize, future: impl Future<Output = T>) -> Option<T> {
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut future = pin!(future);
    for poll in 0..times {
        if poll > 0 {
            let waking = tokio::time::timeout(Duration::from_secs(20), woken.wait());
            waking.await.expect("nobody wakes the future");
        }
        let ready = future.as_mut().poll(&mut Context::from_waker(&waker));
        if let Poll::Ready(value) = ready {
            return Some(value);
        }
    }
    None
}

/// Runs a scenario with a future that is dropped after `n` polls, for `n` from 0 until it is
/// through; tells after how many polls that was.
///
/// The scenario polls its future with [`polled`], tells whether it was through, and complains of
/// what it finds afterwards.
pub async fn for_every_poll(
    mut scenario: impl AsyncFnMut(usize) -> Result<bool, String>,
) -> Result<usize, String> {
    for polls in 0..MOST {
        match scenario(polls).await {
            Ok(true) => return Ok(polls),
            Ok(false) => {}
            Err(complaint) => return Err(format!("dropped after {polls} polls: {complaint}")),
        }
    }
    Err(format!("it is not through after {MOST} polls"))
}

/// The planted bug: a future that takes something out, awaits, and puts it back.
#[tokio::test]
async fn a_future_that_loses_what_it_took_is_found() {
    let complaint = for_every_poll(async |polls| {
        let slot = std::sync::Mutex::new(Some(1));
        let future = async {
            let taken = slot.lock().unwrap().take();
            tokio::task::yield_now().await;
            *slot.lock().unwrap() = taken;
        };
        let is_through = polled(polls, future).await.is_some();
        match *slot.lock().unwrap() {
            Some(_) => Ok(is_through),
            None => Err("it is gone".to_owned()),
        }
    });
    assert_eq!(complaint.await.unwrap_err(), "dropped after 1 polls: it is gone");
}

#[tokio::test]
async fn a_future_that_is_through_at_once_is_told_apart() {
    assert_eq!(
        for_every_poll(async |polls| Ok(polled(polls, async {}).await.is_some())).await,
        Ok(1)
    );
}
