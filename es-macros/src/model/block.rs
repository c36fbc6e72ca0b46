use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{LitStr, Path, Type};

use super::{
    CommandHandler, CommandStub, Interceptor, MemberOf, Owner, SourcingHandler, Unmarked,
    fingerprint, last_ident, pair_up,
};
use crate::attr::{BlockArguments, MemberArguments, is_named};
use crate::check;
use crate::diag::Errors;
use crate::light::{LightFn, LightImpl, LightItem};
use crate::outside::INNER;
use crate::paths::Paths;

/// An `#[aggregate] impl` block, or the same of a member.
pub(crate) struct AggregateBlock {
    pub(crate) paths: Paths,
    pub(crate) self_ty: Type,
    /// Where it is, for a member.
    pub(crate) member: Option<MemberOf>,
    /// The name of the sibling enum: `OrderEvent`.
    pub(crate) siblings: Ident,
    pub(crate) derives: Vec<Path>,
    pub(crate) ignored: Vec<LitStr>,
    pub(crate) commands: Vec<CommandHandler>,
    pub(crate) command_stubs: Vec<CommandStub>,
    pub(crate) sourcing: Vec<SourcingHandler>,
    pub(crate) interceptors: Vec<Interceptor>,
    pub(crate) unmarked: Vec<Unmarked>,
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
        let is_plain = check::plain_block(block, "aggregate", errors);
        let name = last_ident(&block.self_ty).cloned();
        let mut read = Self::empty(arguments.krate.as_ref(), name.as_ref(), block);
        read.derives = arguments.derives;
        read.ignored = arguments.ignored;
        read.methods(block, errors);
        for event in arguments.member_events {
            read.sourcing.extend(SourcingHandler::of_members(event, errors));
        }
        check::member_events(&mut read.sourcing, errors);
        check::unique_events(&mut read.sourcing, errors);
        is_plain.then_some(read)
    }

    /// The same for a member's block.
    pub(crate) fn read_member(
        arguments: TokenStream,
        block: &mut LightImpl,
        errors: &mut Errors,
    ) -> Option<Self> {
        let MemberArguments { krate, of, keys } = MemberArguments::read(arguments, errors);
        let is_plain = check::plain_block(block, "aggregate_member", errors);
        let name = of.as_ref().and_then(last_ident).cloned();
        let mut read = Self::empty(krate.as_ref(), name.as_ref(), block);
        read.member = Some(MemberOf { parent: of, keys });
        read.methods(block, errors);
        check::unique_events(&mut read.sourcing, errors);
        is_plain.then_some(read)
    }

    fn empty(krate: Option<&Path>, aggregate: Option<&Ident>, block: &LightImpl) -> Self {
        // A type without a name has been refused.
        let aggregate = aggregate.cloned();
        let name = aggregate.unwrap_or_else(|| Ident::new("Aggregate", Span::call_site()));
        Self {
            paths: Paths::new(krate),
            siblings: Ident::new(&format!("{name}Event"), name.span()),
            self_ty: block.self_ty.clone(),
            member: None,
            derives: vec![],
            ignored: vec![],
            commands: vec![],
            command_stubs: vec![],
            sourcing: vec![],
            interceptors: vec![],
            unmarked: vec![],
            logic: logic(block),
            is_event_sourced: false,
        }
    }

    /// The aggregate that commands target: itself, or the one around a member.
    pub(crate) fn aggregate(&self) -> TokenStream {
        let Some(MemberOf { parent, .. }) = &self.member else {
            return self.self_ty.to_token_stream();
        };
        let entity = parent.as_ref().unwrap_or(&self.self_ty);
        let es = self.paths.at(entity.span());
        quote_spanned!(entity.span()=> <#entity as #es::aggregate::Entity>::Root)
    }

    fn methods(&mut self, block: &mut LightImpl, errors: &mut Errors) {
        for method in block.methods_mut() {
            self.method(method, errors);
        }
        if let Some(first) = self.interceptors.first()
            && !self.is_event_sourced
        {
            errors.push(
                &first.name,
                "a command interceptor stands in the `#[aggregate] impl` block that has the \
                 event-sourcing handlers; move it there",
            );
        }
        check::no_boundaries(&mut self.commands, &mut self.command_stubs, errors);
        pair_up(&mut self.commands);
        check::unique_commands(&mut self.commands, errors);
        check::needed_stubs(&self.commands, &mut self.command_stubs);
    }

    fn method(&mut self, method: &mut LightFn, errors: &mut Errors) {
        let is_member = self.member.is_some();
        let block = if is_member { "aggregate_member" } else { "aggregate" };
        let Some(attribute) = take_role(method, block, errors) else {
            // An aggregate's own handler may hand its event to a method of a member.
            let unmarked = (!is_member).then(|| Unmarked::read(method, &self.self_ty)).flatten();
            self.unmarked.extend(unmarked);
            return;
        };
        let siblings = self.siblings.to_string();
        if is_named(&attribute, "command_handler") {
            let owner = Owner { self_ty: &self.self_ty, siblings: &siblings, is_member };
            match CommandHandler::read(method, &attribute, owner, errors) {
                Ok(handler) => self.commands.push(handler),
                Err(stub) => self.command_stubs.extend(stub.map(|stub| *stub)),
            }
        } else if is_named(&attribute, "event_sourcing_handler") {
            self.is_event_sourced = true;
            let handler =
                SourcingHandler::read(method, &attribute, &self.self_ty, is_member, errors);
            self.sourcing.extend(handler);
        } else if is_named(&attribute, "command_interceptor") && is_member {
            errors.push(
                attribute.path(),
                "a command interceptor belongs to the aggregate, which sees the commands of its \
                 members, too; move it to the `#[aggregate] impl` block",
            );
        } else if is_named(&attribute, "command_interceptor") {
            let interceptor = Interceptor::read(method, &attribute, &self.self_ty, errors);
            self.interceptors.extend(interceptor);
        } else {
            errors.push(
                attribute.path(),
                format!(
                    "`#[{}]` belongs into {}; an `#[{block}]` block has `#[command_handler]` and \
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
