//! One command's way: wait for the turn, fold, decide, hand over, let the next one in, answer.
//!
//! The turn is given back before the batch is durable: the next command is decided on the state
//! this one left (pipelining). Its batch names this one, so that it is undone with it. Whatever
//! stores nothing (a rejection, a no-op) is handed over too, as a batch of expectations alone: it
//! is answered when the state it was decided on has proved durable and current.
//!
//! There are three ways, by who handles the command and who sent it: an aggregate
//! ([`targeted`], and [`mod@outside`] where it awaits), a free function ([`free`]), and either of
//! them for a handler that is still running ([`nested`]), which joins that handler's unit of work.
//!
//! All of this is compiled once per aggregate and reply, not per command: the command is
//! behind a reference to its decision, which costs one indirect call and no box. With the command
//! as a type parameter a domain of 300 commands took twice as long to build.

mod again;
mod answers;
mod around;
mod attempts;
mod decision;
mod free;
mod gather;
mod journey;
mod nested;
mod outside;
mod targeted;
mod turns;
mod waiting;

use std::time::Duration;

use super::handled::{Failure, SendResult};
use super::{
    Call, CommandError, CommandOf, Dispatch, FreeCall, FreeFunction, FreeHandler, HandledBy,
    RecordedCodec, Reply,
};
use crate::aggregate::Aggregate;
use crate::context::{Context, Host};
use crate::event::CommandId;
use crate::fault::Fault;
use crate::future::BoxFuture;
use crate::runtime::{Runtime, Shared, handling};
use crate::store::{AppendError, Permit};
use crate::unit::{Seed, UnitOfWork, Within};
use decision::{Decision, FreeDecision, Sent, SentFree};
use journey::Journey;
use outside::Outside;
use targeted::Targeted;

type Fallible<T> = Result<T, Failure>;

/// Carries a command out that an aggregate handles.
pub(super) async fn run<A: Aggregate, C: CommandOf<A>>(
    runtime: &Runtime,
    command: C,
    mut dispatch: Dispatch,
) -> SendResult<C::Reply> {
    let within = dispatch.within.take();
    let journey = Journey::start(runtime, C::NAME, C::RECORDED, dispatch, within.is_some())?;
    let targeted = Targeted::<A>::find(journey, command.target_id())?;
    match (within, C::CALL) {
        (None, Call::Sync(_)) => targeted.decide_at_once(&Sent(command)).await,
        (within, _) => carry_out::<A, C>()(targeted, within, Box::new(Sent(command))).await,
    }
}

/// [`run`] in a box, with as little as possible that is compiled for each command.
pub(super) fn run_boxed<A: Aggregate, C: CommandOf<A>>(
    runtime: &Runtime,
    command: C,
    dispatch: Dispatch,
) -> BoxFuture<'static, SendResult<C::Reply>> {
    let decision: Box<dyn Decision<A, _>> = Box::new(Sent(command));
    start_boxed(runtime, (C::NAME, C::RECORDED), dispatch, decision, carry_out::<A, C>())
}

fn start_boxed<A: Aggregate, R: Reply>(
    runtime: &Runtime,
    (name, recorded): (&'static str, Option<RecordedCodec>),
    mut dispatch: Dispatch,
    decision: Box<dyn Decision<A, R>>,
    carry_out: CarryOut<A, R>,
) -> BoxFuture<'static, SendResult<R>> {
    let within = dispatch.within.take();
    let targeted = Journey::start(runtime, name, recorded, dispatch, within.is_some())
        .and_then(|journey| Targeted::find(journey, decision.target_id()));
    match targeted {
        Ok(targeted) => carry_out(targeted, within, decision),
        Err(error) => Box::pin(std::future::ready(Err(error))),
    }
}

/// Carries out what an aggregate handles, for its sender or within the sender's unit of work.
type CarryOut<A, R> = fn(
    Targeted<A>,
    Option<UnitOfWork>,
    Box<dyn Decision<A, R>>,
) -> BoxFuture<'static, SendResult<R>>;

/// How this command is carried out.
// As a constant, so that the way of handlers that await is compiled for those aggregates only that
// have one.
const fn carry_out<A: Aggregate, C: CommandOf<A>>() -> CarryOut<A, C::Reply> {
    const {
        match C::CALL {
            Call::Sync(_) => at_once,
            Call::Async { retry: false, .. } => outside::<A, _, false>,
            Call::Async { retry: true, .. } => outside::<A, _, true>,
        }
    }
}

fn at_once<A: Aggregate, R: Reply>(
    targeted: Targeted<A>,
    within: Option<UnitOfWork>,
    decision: Box<dyn Decision<A, R>>,
) -> BoxFuture<'static, SendResult<R>> {
    Box::pin(async move {
        match within {
            Some(sender) => targeted.decide_within(&*decision, &sender, None).await,
            None => targeted.decide_at_once(&*decision).await,
        }
    })
}

fn outside<A: Aggregate, R: Reply, const RETRY: bool>(
    targeted: Targeted<A>,
    within: Option<UnitOfWork>,
    decision: Box<dyn Decision<A, R>>,
) -> BoxFuture<'static, SendResult<R>> {
    Box::pin(async move {
        match within {
            Some(sender) => targeted.decide_within(&*decision, &sender, Some(RETRY)).await,
            None => {
                let outside = Outside { targeted, decision, retry: RETRY };
                std::sync::Arc::new(outside).decide_on_a_task().await
            }
        }
    })
}

/// Carries a command out that a free function handles.
pub(super) fn run_free<H: FreeHandler<C>, C: HandledBy<H>>(
    runtime: &Runtime,
    command: C,
    mut dispatch: Dispatch,
) -> BoxFuture<'static, SendResult<C::Reply>> {
    let within = dispatch.within.take();
    let journey = Journey::start(runtime, C::NAME, H::RECORDED, dispatch, within.is_some())
        .and_then(Journey::known);
    let decision: Box<dyn FreeDecision<C::Reply>> =
        Box::new(SentFree(command, std::marker::PhantomData::<fn() -> H>));
    let kind = match H::CALL {
        FreeCall { effects: true, retry, .. } => free::Kind::Outside { retry },
        FreeCall { function: FreeFunction::Sync(_), .. } => free::Kind::AtOnce,
        FreeCall { function: FreeFunction::Async(_), .. } => free::Kind::Awaiting,
    };
    Box::pin(async move {
        let journey = journey?;
        match within {
            Some(sender) => journey.decide_free_within(&*decision, &sender, kind).await,
            None => journey.decide_free(decision, kind).await,
        }
    })
}

impl Journey {
    fn start(
        runtime: &Runtime,
        name: &'static str,
        recorded: Option<RecordedCodec>,
        mut dispatch: Dispatch,
        is_nested: bool,
    ) -> Fallible<Self> {
        let id = *dispatch.id_or_generate();
        let closed = CommandError::ShuttingDown { command_id: id, has_effects: false };
        // The handler that sent it is inside.
        let runtime = if is_nested { runtime.stay() } else { runtime.admit().ok_or(closed)? };
        let tenant = dispatch
            .tenant_of()
            .map_err(|source| CommandError::InvalidId { command_id: id, source })?;
        Ok(Self {
            runtime,
            name,
            recorded,
            id,
            // The log remembers one command for each batch, which is the sender's.
            is_repeatable: !dispatch.generated && !is_nested,
            metadata: dispatch.metadata.caused_by_command(id.0),
            tenant,
            target: None,
            deadline: dispatch.deadline,
            has_effects: false.into(),
        })
    }

    /// Refuses a command whose free handler is linked and no part of the application.
    fn known(self) -> Fallible<Self> {
        if self.runtime.shared().commands.contains_key(self.name) {
            return Ok(self);
        }
        let text = format!(
            "the free handler of command `{}` is not part of this application; name its function \
             in `.only::<..>()` too",
            self.name
        );
        Err(CommandError::NoHandler { command_id: self.id, text })
    }

    /// A place in the log's queue, if one is free.
    fn try_reserve(&self) -> Fallible<Option<Permit>> {
        match self.runtime.shared().store.try_reserve() {
            Ok(permit) => Ok(Some(permit)),
            Err(AppendError::Overloaded) => Ok(None),
            Err(error) => Err(self.not_reserved(error)),
        }
    }

    async fn reserve(&self) -> Fallible<Permit> {
        self.place().await.map_err(|error| self.not_reserved(error))
    }

    /// A place for what a handler has decided. It has run by then: that there is none is an error
    /// of the append, as one that comes later would be.
    async fn reserve_decided(&self, context: &Context) -> Fallible<Permit> {
        let place = self.place().await;
        // A command that the handler has left behind may have begun meanwhile.
        self.note_effects(context);
        place.map_err(|error| self.append_error(error))
    }

    fn not_reserved(&self, error: AppendError) -> Failure {
        match error {
            AppendError::Overloaded => CommandError::Overloaded { command_id: self.id },
            AppendError::Closed => {
                CommandError::ShuttingDown { command_id: self.id, has_effects: false }
            }
            error => self.append_error(error),
        }
    }

    /// Cuts a handler off at its time limit or at the command's deadline.
    async fn in_time<T>(&self, handler: impl Future<Output = T>) -> Fallible<T> {
        let Shared { resources, limits, .. } = self.runtime.shared();
        let limit = limits.handler_time;
        let handler = tokio::time::timeout(limit, handling(resources, handler));
        match self.before_deadline(handler).await? {
            Ok(outcome) => Ok(outcome),
            Err(_) => Err(CommandError::HandlerTimedOut {
                command_id: self.id,
                limit,
                has_effects: false,
            }),
        }
    }

    /// The context of a handler that begins a unit of work, if it reaches for one.
    fn context(&self, is_barrier: bool) -> Context {
        let seed = Seed { tenant: self.tenant.clone(), own: self.target.clone(), is_barrier };
        self.context_within(Within::later(seed))
    }

    fn context_within(&self, within: Within) -> Context {
        Context {
            metadata: self.metadata.clone(),
            command_id: Some(self.id),
            stream: None,
            position: None,
            host: Host::App(Runtime::clone(&self.runtime)),
            within,
        }
    }

    fn bug(&self) -> Failure {
        bug("a handler awaits although it was said not to", self.id)
    }
}

fn bug(what: &str, command_id: CommandId) -> Failure {
    let fault = Fault::defect(format!("{what}; this is a bug in es, please report it"));
    CommandError::Fault { command_id, fault, has_effects: false }
}

// Spreads repetitions, so that two writers do not meet again at once.
async fn jitter(conflicts: u32) {
    let random = u64::from(uuid::Uuid::new_v4().as_bytes()[15]);
    let most_us = 100_u64 << conflicts.min(7);
    tokio::time::sleep(Duration::from_micros(most_us * random / 255)).await;
}

/// The guide's page on effects; its code is compiled and run as a documentation test.
#[cfg(doctest)]
#[doc = include_str!("../../../../docs/effects.md")]
pub struct Guide;
