use std::fmt;

use super::{Registry, Source};

/// A readable list of everything an application handles, with its place in the source.
pub struct Description<'a>(&'a Registry);

impl Registry {
    /// Describes every handler with `file:line`, one a line, sorted.
    #[must_use]
    pub fn describe(&self) -> Description<'_> {
        Description(self)
    }
}

impl fmt::Display for Description<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.0.components();
        for entry in &all.aggregates {
            line(f, "aggregate", entry.name, (entry.type_name)(), entry.source)?;
            for event in entry.events {
                write!(f, "  event {} (revision {})", event.name, event.revision)?;
                match event.lineage.names().get(1..).unwrap_or_default() {
                    [] => writeln!(f)?,
                    earlier => writeln!(f, ", also read from {}", earlier.join(", "))?,
                }
            }
        }
        for entry in &all.commands {
            line(f, "command", entry.name, (entry.handler)(), entry.source)?;
        }
        for entry in &all.projections {
            line(f, "projection", entry.name, entry.processor, entry.source)?;
        }
        for entry in &all.event_handlers {
            line(f, "event", entry.event, &owned(entry.owner, entry.handler), entry.source)?;
        }
        for entry in &all.query_handlers {
            line(f, "query", entry.query, entry.handler, entry.source)?;
        }
        Ok(())
    }
}

fn owned(owner: &str, handler: &str) -> String {
    if owner == handler { owner.to_owned() } else { format!("{owner}::{handler}") }
}

fn line(
    f: &mut fmt::Formatter<'_>,
    kind: &str,
    name: &str,
    handler: &str,
    source: Source,
) -> fmt::Result {
    writeln!(f, "{kind} {name} -> {handler} ({source})")
}
