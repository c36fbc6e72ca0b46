//! Every name under which commands appear in traces and metrics.

/// The span of one send.
pub(super) const COMMAND_SPAN: &str = "command";

/// How long commands took, by command and outcome.
#[cfg(feature = "metrics")]
pub(super) const COMMAND_SECONDS: &str = "es_command_seconds";
