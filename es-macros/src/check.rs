//! Rules over more than one handler, and over whole blocks.

use syn::Type;

use crate::diag::Errors;
use crate::light::LightImpl;
use crate::model::{CommandHandler, CommandStub, Effect, SourcingHandler, boundary_of, last_ident};

/// Whether the macro can work on the block: an inherent one, of a concrete type.
pub(crate) fn plain_block(block: &LightImpl, attribute: &str, errors: &mut Errors) -> bool {
    let before = errors.len();
    if let Some((path, _)) = &block.trait_ {
        errors.push(
            path,
            format!("`#[{attribute}]` goes on the type's own `impl` block, not on a trait's"),
        );
    }
    let parameters = &block.generics.params;
    if !parameters.is_empty() {
        errors.push(
            parameters,
            format!(
                "a generic {attribute} cannot be registered: its table is a static, which cannot \
                 name a parameter; write `#[{attribute}]` on the impl of a concrete type"
            ),
        );
    }
    if last_ident(&block.self_ty).is_none() {
        errors.push(&block.self_ty, format!("`#[{attribute}]` goes on the impl of a named type"));
    }
    errors.len() == before
}

/// One command has one handler per aggregate; a second one is reported and dropped.
///
/// Types are compared as written; aliases, and handlers in two blocks, meet rustc's E0119, whose
/// two places are the two commands.
pub(crate) fn unique_commands(handlers: &mut Vec<CommandHandler>, errors: &mut Errors) {
    let described = handlers.iter().map(|handler| Described {
        name: handler.name.to_string(),
        has_cfg: !handler.cfgs.is_empty(),
        ty: handler.command.ty.clone(),
    });
    unique(&described.collect::<Vec<_>>(), "command", errors, |index| drop(handlers.remove(index)));
}

/// An aggregate's handler decides on its own stream; one that takes a boundary is reported, and
/// only its command stays.
pub(crate) fn no_boundaries(
    handlers: &mut Vec<CommandHandler>,
    stubs: &mut Vec<CommandStub>,
    errors: &mut Errors,
) {
    let takes = |handler: &mut CommandHandler| {
        let mut boundaries = handler.extractors.iter().filter(|e| boundary_of(&e.ty).is_some());
        boundaries.next().is_some()
    };
    for handler in handlers.extract_if(.., takes) {
        let taken = handler.extractors.iter().filter(|taken| boundary_of(&taken.ty).is_some());
        for boundary in taken {
            errors.push(
                &boundary.ty,
                "a handler of an aggregate decides on its own stream; a boundary is for a free \
                 command handler, which takes `Repository<A>` where it needs the aggregate too",
            );
        }
        stubs.push(CommandStub { cfgs: handler.cfgs, command: handler.command.ty });
    }
}

/// A command that another handler of the block handles, or another stub stands for, needs no stub.
pub(crate) fn needed_stubs(handlers: &[CommandHandler], stubs: &mut Vec<CommandStub>) {
    for index in (0..stubs.len()).rev() {
        let Some((stub, earlier)) = stubs.get(..=index).and_then(<[_]>::split_last) else { return };
        let is_same = |ty: &Type| *ty == stub.command;
        if handlers.iter().any(|handler| is_same(&handler.command.ty))
            || earlier.iter().any(|other| is_same(&other.command))
        {
            stubs.remove(index);
        }
    }
}

/// One event has one handler per aggregate, and a name of its own in the sibling enum.
pub(crate) fn unique_events(handlers: &mut Vec<SourcingHandler>, errors: &mut Errors) {
    let described = handlers.iter().map(|handler| Described {
        name: handler.name.to_string(),
        has_cfg: !handler.cfgs.is_empty(),
        ty: handler.event.clone(),
    });
    unique(&described.collect::<Vec<_>>(), "event", errors, |index| drop(handlers.remove(index)));
    for index in (1..handlers.len()).rev() {
        let (earlier, later) = handlers.split_at(index);
        let Some(handler) = later.first().filter(|handler| handler.cfgs.is_empty()) else {
            continue;
        };
        let clash = earlier.iter().any(|other| {
            other.cfgs.is_empty() && last_ident(&other.event) == last_ident(&handler.event)
        });
        if clash {
            errors.push(
                &handler.event,
                "two events of this aggregate have the same last name, which would name two \
                 variants of the sibling enum; rename one type",
            );
            handlers.remove(index);
        }
    }
}

/// An event that the aggregate itself has a handler for reaches the members anyway.
pub(crate) fn member_events(handlers: &mut Vec<SourcingHandler>, errors: &mut Errors) {
    let of_members = |handler: &SourcingHandler| handler.effect == Effect::OfMembers;
    let (listed, own): (Vec<_>, Vec<_>) =
        std::mem::take(handlers).into_iter().partition(of_members);
    *handlers = own;
    for event in listed {
        match handlers.iter().find(|own| !of_members(own) && own.event == event.event) {
            Some(own) => errors.push(
                &event.event,
                format!(
                    "`{}` handles this event, which then reaches the members, too; take it off \
                     this list",
                    own.name
                ),
            ),
            None => handlers.push(event),
        }
    }
}

struct Described {
    name: String,
    has_cfg: bool,
    ty: Type,
}

/// Reports every later one of two equal types, and hands its index to `remove`, the last first.
fn unique(
    described: &[Described],
    message: &str,
    errors: &mut Errors,
    mut remove: impl FnMut(usize),
) {
    for (index, later) in described.iter().enumerate().rev() {
        // Under different `#[cfg]`s both may be right; if not, rustc's coherence says so.
        let first = described
            .iter()
            .take(index)
            .find(|first| !first.has_cfg && !later.has_cfg && first.ty == later.ty);
        let Some(first) = first else { continue };
        errors.push(
            &later.ty,
            format!(
                "`{}` handles the same {message} as `{}`; there is one handler for each",
                later.name, first.name
            ),
        );
        errors.push(&first.ty, format!("first handled here, by `{}`", first.name));
        remove(index);
    }
}
