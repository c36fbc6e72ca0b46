use std::sync::Arc;

use bytes::Bytes;

use super::commands::{CommandSink, Commands};
use super::complaint::{command_line, demand, fail, refusal_text};
use super::fixture::Fixture;
use super::moment::Moment;
use super::row::Row;
use super::then::Then;
use crate::aggregate::{Aggregate, EventOf, EventSink, Events};
use crate::command::{CommandOf, Dispatch};
use crate::event::Codec;

/// Begins a test of an aggregate that does not exist yet.
pub fn given<A: Aggregate>() -> Given<A> {
    Given { fixture: Fixture::new() }
}

/// What happened before the command under test, and what surrounds it.
///
/// Every step adds to the steps before it. A time or a resource counts for the commands after it.
#[must_use = "a fixture does nothing before `when`"]
pub struct Given<A> {
    pub(super) fixture: Fixture<A>,
}

impl<A: Aggregate> Given<A> {
    /// Has these events stored: one, or a tuple, array, `Vec` or `Option` of them.
    ///
    /// # Panics
    /// The aggregate cannot be loaded from them: a creating event on a living aggregate, an event
    /// after the deleting one, a payload that cannot be read again.
    #[track_caller]
    pub fn events(mut self, events: impl Events<A>) -> Self {
        let mut recorder = Recorder { fixture: &mut self.fixture, complaint: None };
        events.stage(&mut recorder);
        demand(recorder.complaint.map_or(Ok(()), Err));
        self
    }

    /// Runs these commands one after another through the real handlers, and has stored what they
    /// decide: one command, or a tuple, array or `Vec` of them.
    ///
    /// # Panics
    /// One of them was not accepted, or targets another aggregate than the rest.
    #[track_caller]
    pub fn commands(mut self, commands: impl Commands<A>) -> Self {
        let mut runner = Runner { fixture: &mut self.fixture, complaint: None };
        commands.send(&mut runner);
        demand(runner.complaint.map_or(Ok(()), Err));
        self
    }

    /// Has these rows in the log, as an earlier program may have written them: see [`Row`]. They
    /// are upcast, decoded and folded like on a real load.
    ///
    /// # Panics
    /// The sequences have a gap, or the aggregate cannot be loaded from the rows.
    #[track_caller]
    pub fn rows<R: Into<Row>>(mut self, rows: impl IntoIterator<Item = R>) -> Self {
        for row in rows {
            let fixture = &mut self.fixture;
            let added = fixture.past.row(row.into(), fixture.now);
            demand(added.map_err(|reason| format!("the given rows cannot be loaded: {reason}")));
        }
        self
    }

    /// Provides a resource to handlers that take `Inject<T>`, like `AppBuilder::provide`.
    ///
    /// # Panics
    /// A handler that ran before keeps its context, in a task for example.
    #[track_caller]
    pub fn provide<T: ?Sized + Send + Sync + 'static>(mut self, resource: Arc<T>) -> Self {
        match Arc::get_mut(&mut self.fixture.resources) {
            Some(resources) => resources.provide(resource),
            None => fail("a handler kept its context; provide every resource before it runs"),
        }
        self
    }

    /// Sets the clock that handlers see. It stands still; before this at the start of 2000, UTC.
    ///
    /// # Panics
    /// The text is no moment.
    #[track_caller]
    pub fn at(mut self, moment: impl Moment) -> Self {
        self.fixture.now = demand(moment.moment());
        self
    }

    /// Sends the command under test, like `CommandGateway::send`.
    ///
    /// Its id is the same in each run of the test: `CommandId::from_key("command-1")` for the
    /// first command of the fixture, and so on.
    ///
    /// # Panics
    /// The command targets another aggregate than the one that was given, or the aggregate cannot
    /// be loaded from the events that the command stored.
    #[must_use = "nothing is checked before a `then_…`"]
    #[track_caller]
    pub fn when<C: CommandOf<A>>(self, command: C) -> Then<A, C> {
        self.when_with(command, Dispatch::new())
    }

    /// Sends the command under test with an id and metadata, like `CommandGateway::send_with`. A
    /// deadline has no effect, the clock stands still.
    ///
    /// # Panics
    /// See [`Given::when`].
    #[must_use = "nothing is checked before a `then_…`"]
    #[track_caller]
    pub fn when_with<C: CommandOf<A>>(mut self, command: C, dispatch: Dispatch) -> Then<A, C> {
        let ran = demand(self.fixture.run(command, dispatch));
        Then::new(self.fixture, ran)
    }
}

/// Stores events as their codecs write them.
struct Recorder<'a, A> {
    fixture: &'a mut Fixture<A>,
    complaint: Option<String>,
}

impl<A: Aggregate> EventSink<A> for Recorder<'_, A> {
    fn event<E: EventOf<A>>(&mut self, event: E) {
        if self.complaint.is_some() {
            return;
        }
        let mut payload = Vec::new();
        let encoded = E::Codec::encode(&event, &mut payload).map_err(|error| error.to_string());
        let stored = encoded.and_then(|()| {
            let Fixture { past, now, .. } = &mut *self.fixture;
            let payload = Bytes::from(payload);
            past.event(E::NAME, E::REVISION, payload, *now).map_err(|error| error.to_string())
        });
        self.complaint =
            stored.err().map(|reason| format!("the given events are no past: {reason}"));
    }
}

/// Runs commands until one is not accepted.
struct Runner<'a, A> {
    fixture: &'a mut Fixture<A>,
    complaint: Option<String>,
}

impl<A: Aggregate> CommandSink<A> for Runner<'_, A> {
    fn command<C: CommandOf<A>>(&mut self, command: C) {
        if self.complaint.is_some() {
            return;
        }
        self.complaint = match self.fixture.run(command, Dispatch::new()) {
            Err(reason) => Some(reason),
            Ok(ran) => ran.answer.err().map(|refusal| {
                format!(
                    "a given command must be accepted; `{}` {}",
                    command_line(&ran.command),
                    refusal_text(&refusal)
                )
            }),
        };
    }
}
