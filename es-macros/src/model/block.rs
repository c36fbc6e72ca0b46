use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{LitStr, Path, Type};

use super::{
    CommandHandler, CommandStub, Interceptor, SourcingHandler, fingerprint, last_ident, pair_up,
};
use crate::attr::{BlockArguments, is_named};
use crate::check;
use crate::diag::Errors;
use crate::light::{LightFn, LightImpl, LightItem};
use crate::outside::INNER;
use crate::paths::Paths;

/// An `#[aggregate] impl` block.
pub(crate) struct AggregateBlock {
    pub(crate) paths: Paths,
    pub(crate) self_ty: Type,
    /// The name of the sibling enum: `OrderEvent`.
    pub(crate) siblings: Ident,
    pub(crate) derives: Vec<Path>,
    pub(crate) ignored: Vec<LitStr>,
    pub(crate) commands: Vec<CommandHandler>,
    pub(crate) command_stubs: Vec<CommandStub>,
    pub(crate) sourcing: Vec<SourcingHandler>,
    pub(crate) interceptors: Vec<Interceptor>,
    /// What a change of the event-sourcing handlers, and of what they may call, is recognised by.
    pub(crate) logic: u64,
    /// Whether it is the block that rebuilds the state, be it with handlers that have errors.
    pub(crate) is_event_sourced: bool,
}

impl AggregateBlock {
    /// Reads the block and takes its inner attributes away; `None` if it is none of an aggregate.
    pub(crate) fn read(
        arguments: TokenStream,
        block: &mut LightImpl,
        errors: &mut Errors,
    ) -> Option<Self> {
        let arguments = BlockArguments::read(arguments, errors);
        let self_ty = block.self_ty.clone();
        let is_plain = check::plain_block(block, "aggregate", errors);
        let name = last_ident(&self_ty).cloned().unwrap_or_else(|| {
            // `plain_block` has refused such a type.
            Ident::new("Aggregate", Span::call_site())
        });
        let mut read = Self {
            paths: Paths::new(arguments.krate.as_ref()),
            siblings: Ident::new(&format!("{name}Event"), name.span()),
            self_ty,
            derives: arguments.derives,
            ignored: arguments.ignored,
            commands: vec![],
            command_stubs: vec![],
            sourcing: vec![],
            interceptors: vec![],
            logic: logic(block),
            is_event_sourced: false,
        };
        for method in block.methods_mut() {
            read.method(method, errors);
        }
        if let Some(first) = read.interceptors.first()
            && !read.is_event_sourced
        {
            errors.push(
                &first.name,
                "a command interceptor stands in the `#[aggregate] impl` block that has the \
                 event-sourcing handlers; move it there",
            );
        }
        check::no_boundaries(&mut read.commands, &mut read.command_stubs, errors);
        pair_up(&mut read.commands);
        check::unique_commands(&mut read.commands, errors);
        check::unique_events(&mut read.sourcing, errors);
        is_plain.then_some(read)
    }

    fn method(&mut self, method: &mut LightFn, errors: &mut Errors) {
        let Some(attribute) = take_role(method, "aggregate", errors) else {
            return;
        };
        let siblings = self.siblings.to_string();
        if is_named(&attribute, "command_handler") {
            match CommandHandler::read(method, &attribute, &self.self_ty, &siblings, errors) {
                Ok(handler) => self.commands.push(handler),
                Err(stub) => self.command_stubs.extend(stub.map(|stub| *stub)),
            }
        } else if is_named(&attribute, "event_sourcing_handler") {
            self.is_event_sourced = true;
            let handler = SourcingHandler::read(method, &attribute, &self.self_ty, errors);
            self.sourcing.extend(handler);
        } else if is_named(&attribute, "command_interceptor") {
            let interceptor = Interceptor::read(method, &attribute, &self.self_ty, errors);
            self.interceptors.extend(interceptor);
        } else {
            errors.push(
                attribute.path(),
                format!(
                    "`#[{}]` belongs into {}; an `#[aggregate]` block has `#[command_handler]` and \
                     `#[event_sourcing_handler]`",
                    attribute.path().to_token_stream(),
                    if is_named(&attribute, "criteria") {
                        "a `#[boundary] impl` block"
                    } else {
                        "a `#[projection] impl` block or on a free function"
                    }
                ),
            );
        }
    }
}

/// Everything in the block but the handlers of other kinds, in whatever order it stands.
fn logic(block: &LightImpl) -> u64 {
    let has_other_role = |method: &LightFn| {
        let mut roles = INNER.iter().filter(|name| **name != "event_sourcing_handler");
        roles.any(|name| method.attrs.iter().any(|attribute| is_named(attribute, name)))
    };
    let counts = |item: &&LightItem| !matches!(item, LightItem::Method(m) if has_other_role(m));
    let mut prints: Vec<u64> =
        block.items.iter().filter(counts).map(|item| fingerprint(quote!(#item))).collect();
    prints.sort_unstable();
    fingerprint(quote!(#(#prints)*))
}

/// Takes the one role of a method from its attributes; a second role is an error.
pub(crate) fn take_role(
    method: &mut LightFn,
    block: &str,
    errors: &mut Errors,
) -> Option<syn::Attribute> {
    let is_role = |attribute: &syn::Attribute| INNER.iter().any(|name| is_named(attribute, name));
    let (mut roles, rest): (Vec<_>, Vec<_>) =
        std::mem::take(&mut method.attrs).into_iter().partition(is_role);
    method.attrs = rest;
    if let Some(second) = roles.get(1) {
        errors.push(
            second.path(),
            format!(
                "`{}` has two roles; a method of an `#[{block}]` block has one",
                method.sig.ident
            ),
        );
    }
    roles.drain(..).next()
}
