/// What an engine can do. Handlers that need more are refused when the application starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// One batch may write several streams.
    pub multi_stream_appends: bool,
    /// Batches may carry conditions over tags, and `source` works.
    pub tag_conditions: bool,
    /// Batches may carry deadline changes.
    pub deadlines: bool,
    /// Commands are remembered under their ids.
    pub command_memory: bool,
    /// Snapshots are kept.
    pub snapshots: bool,
    /// Others (nodes, processes) may write the same log.
    pub foreign_writers: bool,
    /// What is acknowledged survives the end of the process.
    pub durable: bool,
    /// The number of partitions.
    pub partitions: u32,
    /// The longest payload of one event, in bytes.
    pub payload_limit_bytes: usize,
}
