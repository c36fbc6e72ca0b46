use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, ReturnType, Type};

use super::{Effect, Lent, SourcingHandler, Unmarked, check_function, parameter, take_role};
use crate::attr::{BoundaryArguments, cfgs, inside, is_named};
use crate::check;
use crate::diag::Errors;
use crate::light::{LightFn, LightImpl};
use crate::paths::Paths;

/// A `#[boundary] impl` block.
pub(crate) struct BoundaryBlock {
    pub(crate) paths: Paths,
    pub(crate) self_ty: Type,
    pub(crate) criteria: Vec<CriteriaFn>,
    pub(crate) sourcing: Vec<SourcingHandler>,
    pub(crate) unmarked: Vec<Unmarked>,
}

/// A `#[criteria]` function.
pub(crate) struct CriteriaFn {
    pub(crate) name: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) command: Type,
    /// Where the return type is written.
    pub(crate) output: Span,
    /// Whether an error was reported: the command is known all the same.
    pub(crate) is_broken: bool,
}

impl BoundaryBlock {
    /// Reads the block and takes its inner attributes away; `None` if it is none of a state.
    pub(crate) fn read(
        arguments: TokenStream,
        block: &mut LightImpl,
        errors: &mut Errors,
    ) -> Option<Self> {
        let arguments = BoundaryArguments::read(arguments, errors);
        let is_plain = check::plain_block(block, "boundary", errors);
        let mut read = Self {
            paths: Paths::new(arguments.krate.as_ref()),
            self_ty: block.self_ty.clone(),
            criteria: vec![],
            sourcing: vec![],
            unmarked: vec![],
        };
        let before = errors.len();
        for method in block.methods_mut() {
            read.method(method, errors);
        }
        check::unique_events(&mut read.sourcing, errors);
        if errors.len() == before {
            read.check_complete(errors);
        }
        is_plain.then_some(read)
    }

    fn method(&mut self, method: &mut LightFn, errors: &mut Errors) {
        let Some(attribute) = take_role(method, "boundary", errors) else {
            self.unmarked.extend(Unmarked::read(method, &self.self_ty));
            return;
        };
        if is_named(&attribute, "criteria") {
            self.criteria.extend(CriteriaFn::read(method, &attribute, &self.self_ty, errors));
        } else if is_named(&attribute, "event_sourcing_handler") {
            let handler = SourcingHandler::read(method, &attribute, &self.self_ty, false, errors);
            self.sourcing.extend(handler.map(|handler| evolving(handler, method, errors)));
        } else {
            errors.push(
                attribute.path(),
                format!(
                    "a `#[boundary]` block has `#[criteria]` and `#[event_sourcing_handler]`; \
                     `#[{}]` stands elsewhere",
                    attribute.path().to_token_stream()
                ),
            );
        }
    }

    fn check_complete(&self, errors: &mut Errors) {
        if self.criteria.is_empty() {
            errors.push(
                &self.self_ty,
                "this boundary says for no command which events matter; add \
                 `#[criteria] fn of(command: &C) -> Criteria`",
            );
        }
        if self.sourcing.is_empty() {
            errors.push(
                &self.self_ty,
                "no event changes this boundary's state; add \
                 `#[event_sourcing_handler] fn on(&mut self, event: &E)`",
            );
        }
    }
}

/// The state of a boundary is there before its first event, and nothing of it is deleted.
fn evolving(
    mut handler: SourcingHandler,
    method: &LightFn,
    errors: &mut Errors,
) -> SourcingHandler {
    if handler.effect == Effect::Creates {
        errors.push(
            &method.sig.ident,
            "the state of a boundary begins as its `Default`; take `&mut self`",
        );
        handler.effect = Effect::Broken;
    }
    if handler.deletes {
        errors.push(&method.sig.ident, "only an aggregate is deleted; remove `mark_deleted`");
        handler.effect = Effect::Broken;
    }
    handler
}

impl CriteriaFn {
    fn read(
        method: &LightFn,
        attribute: &Attribute,
        self_ty: &Type,
        errors: &mut Errors,
    ) -> Option<Self> {
        let before = errors.len();
        let sig = &method.sig;
        if !inside(attribute, errors).is_empty() {
            errors.push(attribute, "`#[criteria]` takes no arguments");
        }
        check_function(sig, errors);
        if let Some(token) = &sig.asyncness {
            errors.push(token, "criteria are told by the command alone; remove `async`");
        }
        let mut inputs = sig.inputs.iter();
        let command = match inputs.next() {
            Some(FnArg::Receiver(receiver)) => {
                errors.push(
                    receiver,
                    "criteria are told before there is a state; take the command alone, \
                     `command: &C`",
                );
                return None;
            }
            Some(typed) => parameter(typed, Some(self_ty))?,
            None => {
                errors.push(
                    &sig.ident,
                    format!(
                        "`{}` has no command; take it as a parameter, `command: &C`",
                        sig.ident
                    ),
                );
                return None;
            }
        };
        if command.lent != Lent::Shared {
            errors.push(&command.ty, "criteria borrow the command: write `&Command`");
        }
        for extra in inputs {
            errors.push(extra, "criteria are told by the command alone; remove this");
        }
        let output = match &sig.output {
            ReturnType::Type(_, ty) => ty.span(),
            ReturnType::Default => {
                let text = format!("`{}` returns nothing; return `Criteria`", sig.ident);
                errors.push(&sig.ident, text);
                sig.ident.span()
            }
        };
        Some(Self {
            name: sig.ident.clone(),
            cfgs: cfgs(&method.attrs),
            command: command.ty,
            output,
            is_broken: errors.len() > before,
        })
    }
}
