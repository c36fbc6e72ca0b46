use std::future::Future;
use std::pin::pin;
use std::task::Poll;

/// More waits than any future here has.
const MOST: usize = 500;

/// How often a future is polled before it is dropped.
#[derive(Debug, Clone, Copy)]
pub struct Polls(pub usize);

impl Polls {
    /// Polls a future so many times, whenever it is woken, and drops it. Gives what it gave, if
    /// it ended by then.
    pub async fn of<T>(self, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        let mut left = self.0;
        std::future::poll_fn(move |context| {
            while left > 0 {
                left -= 1;
                match future.as_mut().poll(context) {
                    Poll::Ready(value) => return Poll::Ready(Some(value)),
                    Poll::Pending if left > 0 => return Poll::Pending,
                    Poll::Pending => {}
                }
            }
            Poll::Ready(None)
        })
        .await
    }
}

/// Plays a story with its future dropped after 0, 1, 2 … polls until it ends first, which is when
/// the story gives true. Gives how many polls that took, or what went wrong when.
pub async fn at_every_poll(
    mut story: impl AsyncFnMut(Polls) -> Result<bool, String>,
) -> Result<usize, String> {
    for polls in 0..MOST {
        let is_through = story(Polls(polls)).await;
        if is_through.map_err(|what| format!("dropped after {polls} polls: {what}"))? {
            return Ok(polls);
        }
    }
    Err(format!("it did not end within {MOST} polls"))
}

/// Says what is wrong unless something is so.
pub fn holds(is_so: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if is_so { Ok(()) } else { Err(what()) }
}
