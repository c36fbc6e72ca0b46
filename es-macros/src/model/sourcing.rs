use proc_macro2::{Ident, Span};
use syn::{Attribute, FnArg, ReturnType, Signature, Type, punctuated};

use super::output::arguments_of;
use super::signature::{self, ungrouped};
use super::{Lent, Parameter, check_function, last_ident, parameter};
use crate::attr::{SourcingArguments, cfgs};
use crate::diag::Errors;
use crate::light::LightFn;

/// How command handlers may take the state.
const STATES: [&str; 3] = ["Option", "Root", "Slot"];

/// One `#[event_sourcing_handler]` method.
pub(crate) struct SourcingHandler {
    pub(crate) name: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) event: Type,
    pub(crate) effect: Effect,
    pub(crate) deletes: bool,
    /// Where `snapshot` was written.
    pub(crate) snapshot: Option<Span>,
    /// Whether it is run on all members, not on the one that the event names.
    pub(crate) to_all: bool,
}

/// What the handler does to the state.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// No receiver, `-> Self`: it builds the first state.
    Creates,
    /// `&mut self`.
    Evolves,
    /// Only members have handlers for it.
    OfMembers,
    /// An error was reported. The event still belongs to the aggregate, so that its other uses are
    /// not reported too.
    Broken,
}

impl SourcingHandler {
    /// Reads a method; `None` if the event could not be told.
    pub(crate) fn read(
        method: &LightFn,
        attribute: &Attribute,
        self_ty: &Type,
        is_member: bool,
        errors: &mut Errors,
    ) -> Option<Self> {
        let before = errors.len();
        let read = if is_member { SourcingArguments::of_member } else { SourcingArguments::read };
        let arguments = read(attribute, errors);
        check_function(&method.sig, errors);
        let sig = &method.sig;
        if let Some(token) = &sig.asyncness {
            errors.push(
                token,
                "an event-sourcing handler is run on every load and cannot wait; remove `async`",
            );
        }
        let mut inputs = sig.inputs.iter();
        let receiver = sig.receiver();
        if receiver.is_some() {
            inputs.next();
        }
        let event = event_of(sig, &mut inputs, self_ty, errors)?;
        if event.lent != Lent::Shared {
            errors.push(&event.ty, "an event-sourcing handler borrows its event: write `&Event`");
        }
        for extra in inputs {
            errors.push(
                extra,
                "an event-sourcing handler takes the event alone: position and time are not known \
                 while it is applied; put what the state needs into the event",
            );
        }
        let effect = match receiver.map(signature::receiver) {
            None if is_member => {
                errors.push(
                    &sig.ident,
                    "a member is put in its place by its parent's event-sourcing handler, and \
                     changed by its own; take `&mut self`",
                );
                Effect::Broken
            }
            None => {
                creates(method, self_ty, errors);
                Effect::Creates
            }
            Some(Some(Lent::Mutable)) => {
                evolves(method, errors);
                Effect::Evolves
            }
            Some(_) => {
                errors.push(
                    receiver,
                    "an event-sourcing handler changes the state: take `&mut self`, or no receiver \
                     and return `Self` to create it",
                );
                Effect::Broken
            }
        };
        Some(Self {
            name: sig.ident.clone(),
            cfgs: cfgs(&method.attrs),
            event: event.ty,
            effect: if errors.len() > before { Effect::Broken } else { effect },
            deletes: arguments.mark_deleted,
            snapshot: arguments.snapshot,
            to_all: arguments.to_all,
        })
    }

    /// An event of `member_events(..)`; `None` if it is no named type.
    pub(crate) fn of_members(event: Type, errors: &mut Errors) -> Option<Self> {
        let Some(name) = last_ident(&event).cloned() else {
            errors.push(&event, "`member_events(..)` lists types of events");
            return None;
        };
        let (effect, snapshot) = (Effect::OfMembers, None);
        Some(Self { name, cfgs: vec![], event, effect, deletes: false, snapshot, to_all: false })
    }
}

/// The first parameter that is not the state, as command handlers may take it.
fn event_of(
    sig: &Signature,
    inputs: &mut punctuated::Iter<'_, FnArg>,
    self_ty: &Type,
    errors: &mut Errors,
) -> Option<Parameter> {
    let mut next = || inputs.next().and_then(|input| parameter(input, Some(self_ty)));
    let mut event = next();
    if let Some(state) = event.take_if(|first| is_state(&first.ty, self_ty)) {
        errors.push(
            &state.ty,
            "the state is no parameter of an event-sourcing handler: take `&mut self`; an event \
             that may create the state as well becomes two events",
        );
        event = next();
    }
    if event.is_none() {
        errors.push(
            &sig.ident,
            format!("`{}` has no event; take it as a parameter, `event: &E`", sig.ident),
        );
    }
    event
}

/// Whether a type is `Option<&Self>`, `Root<Self>` or `Slot<Self>`; events may have these names.
fn is_state(ty: &Type, self_ty: &Type) -> bool {
    let Some((name, arguments)) = arguments_of(ungrouped(ty)) else { return false };
    let own = |ty: &Type| last_ident(ty).is_some() && last_ident(ty) == last_ident(self_ty);
    let is_own = |ty: &Type| match ungrouped(ty) {
        Type::Reference(lent) => own(&lent.elem),
        ty => own(ty),
    };
    STATES.iter().any(|state| name == state) && matches!(arguments[..], [one] if is_own(one))
}

fn creates(method: &LightFn, self_ty: &Type, errors: &mut Errors) {
    let own = |ty: &Type| {
        last_ident(ungrouped(ty))
            .is_some_and(|name| name == "Self" || Some(name) == last_ident(self_ty))
    };
    match &method.sig.output {
        ReturnType::Type(_, ty) if own(ty) => {}
        ReturnType::Type(_, ty) => errors.push(
            ty,
            "a creating event-sourcing handler returns the first state, `Self`: what has happened \
             cannot fail; to change a state, take `&mut self`",
        ),
        ReturnType::Default => errors.push(
            &method.sig.ident,
            "an event-sourcing handler takes `&mut self`, or returns `Self` to create the \
             aggregate",
        ),
    }
}

fn evolves(method: &LightFn, errors: &mut Errors) {
    if let ReturnType::Type(_, ty) = &method.sig.output
        && !matches!(ungrouped(ty), Type::Tuple(unit) if unit.elems.is_empty())
    {
        errors.push(
            ty,
            "an event-sourcing handler on `&mut self` returns nothing: what has happened cannot \
             fail; refuse in the command handler",
        );
    }
}
