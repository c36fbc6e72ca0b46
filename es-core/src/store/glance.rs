use super::Append;

/// Judges a batch that stores nothing without its engine's writer.
///
/// Most of what is refused, and every answer that changes nothing, rests on events that have long
/// been durable. Such a batch has nothing to wait for: neither for the group that is being
/// written, nor for another program that holds the log.
pub trait Glance: Send + Sync {
    /// True if everything that the batch expects holds in what is durable and known to the writer.
    ///
    /// `false` says nothing about the batch: the writer judges it then. The batch has neither
    /// events nor a command to remember, and all that it was decided on is committed. It is asked
    /// on the caller's thread, after the batch was decided, and must not wait.
    fn holds(&self, batch: &Append) -> bool;
}
