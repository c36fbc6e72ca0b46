use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Field, Ident, ItemStruct, Type};

use super::parameters::local;
use super::{hidden, members, snapshot, traced};
use crate::attr::MemberArguments;
use crate::diag::Errors;
use crate::model::{AggregateBlock, Effect, MemberOf, SourcingHandler, fingerprint, relocate};
use crate::paths::Paths;

/// `#[aggregate_member]` on a struct:
///
/// ```text
/// impl Entity for OrderLine {
///     type Root = <Order as Entity>::Root;
///     type Route = (<Order as Entity>::Route, LineId);
///     …
/// }
/// impl Member for OrderLine {
///     type Parent = Order;
///     type Key = LineId;
///     fn key(&self) -> &LineId { &self.line_id }
///     …
/// }
/// ```
pub(super) fn on_struct(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let generated = match syn::parse2::<ItemStruct>(item.clone()) {
        Ok(mut item) => {
            let generated = implementation(arguments, &item, &mut errors)
                .map(|generated| traced(&item.ident.to_string(), generated));
            members::unmark(&mut item.fields);
            quote!(#item #generated)
        }
        Err(error) => {
            errors.add(error);
            item
        }
    };
    let errors = errors.into_compile_errors();
    quote!(#generated #errors)
}

fn implementation(
    arguments: TokenStream,
    item: &ItemStruct,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let MemberArguments { krate, of, keys } = MemberArguments::read(arguments, errors);
    let es = Paths::new(krate.as_ref());
    let own = &item.ident;
    if !item.generics.params.is_empty() {
        let text = "a member is of one concrete aggregate, and cannot be generic";
        errors.push(&item.generics, text);
        return None;
    }
    let parent = of?;
    let key = keys.last().cloned().flatten();
    let field = key.as_ref().and_then(|key| {
        let field = item.fields.iter().find(|field| field.ident.as_ref() == Some(key));
        if field.is_none() {
            errors.push(key, format!("`{own}` has no field `{key}` to be its key"));
        }
        // Another stands in for it, so that nothing else is reported.
        field.or_else(|| item.fields.iter().next())
    });
    let es = es.at(own.span());
    let entity = entity(&parent, field, item, &es, errors);
    let named = field_name(key.as_ref(), &es.private());
    let member = member(&parent, field, named, item, &es);
    let private = es.private();
    let has_members = members::has_members(item, &es, errors);
    Some(hidden(quote_spanned! {own.span()=>
        use #private::{HoldsNone as _, NoState as _};
        #entity
        #member
        #has_members
    }))
}

fn key_type(field: Option<&Field>, es: &Paths) -> TokenStream {
    field.map_or_else(|| quote!(#es::aggregate::Unkeyed), |field| field.ty.to_token_stream())
}

fn entity(
    parent: &Type,
    field: Option<&Field>,
    item: &ItemStruct,
    es: &Paths,
    errors: &mut Errors,
) -> TokenStream {
    let own = &item.ident;
    let private = es.private();
    let key = key_type(field, es);
    let inner = members::inner(item, es, errors);
    let [root, route, visit] = ["root", "route", "visit"].map(local);
    let outer = es.at(parent.span());
    let outer = quote_spanned!(parent.span()=> <#parent as #outer::aggregate::Entity>);
    quote_spanned! {own.span()=>
        #[automatically_derived]
        impl #es::aggregate::Entity for #own {
            type Root = #outer::Root;
            type Route = (#outer::Route, #key);
            #inner
            fn find<'a>(
                #root: &'a Self::Root,
                #route: &Self::Route,
            ) -> #private::Result<&'a Self, #es::aggregate::MissingMember> {
                #private::find_member::<Self>(#root, #route)
            }
            fn each(
                #root: &mut Self::Root,
                #route: #private::Option<&Self::Route>,
                #visit: &mut dyn ::core::ops::FnMut(&mut Self),
            ) {
                #private::each_member::<Self>(#root, #route, #visit)
            }
        }
    }
}

fn member(
    parent: &Type,
    field: Option<&Field>,
    named: TokenStream,
    item: &ItemStruct,
    es: &Paths,
) -> TokenStream {
    let own = &item.ident;
    let name = own.to_string();
    let private = es.private();
    let print = fingerprint(quote!(#item));
    let nested = snapshot::nested_hashes(item.fields.iter(), own, es);
    let key = key_type(field, es);
    let value = match field.and_then(|field| field.ident.as_ref()) {
        Some(field) => quote!(&self.#field),
        None => quote!(#private::Unkeyed::ONE),
    };
    let [root, route, visit] = ["root", "route", "visit"].map(local);
    let entity = quote!(#es::aggregate::Entity);
    quote_spanned! {own.span()=>
        #[automatically_derived]
        impl #es::aggregate::Member for #own {
            const NAME: &'static str = #name;
            const SHAPE: u64 = #private::state_hash(#print, &[#nested]);
            const KEY: #private::Option<&'static str> = #named;
            type Parent = #parent;
            type Key = #key;
            fn key(&self) -> &#key { #value }
            fn last(#route: &<Self as #entity>::Route) -> &#key { &#route.1 }
            fn parent<'a>(
                #root: &'a <Self as #entity>::Root,
                #route: &<Self as #entity>::Route,
            ) -> #private::Result<&'a #parent, #es::aggregate::MissingMember> {
                <#parent as #entity>::find(#root, &#route.0)
            }
            fn each_parent(
                #root: &mut <Self as #entity>::Root,
                #route: #private::Option<&<Self as #entity>::Route>,
                #visit: &mut dyn ::core::ops::FnMut(&mut #parent),
            ) {
                <#parent as #entity>::each(#root, #route.map(|#route| &#route.0), #visit)
            }
        }
    }
}

/// The event side of a member:
///
/// ```text
/// impl MemberEvents for OrderLine {
///     fn receive(root: &mut Order, event: &dyn Any) {
///         if let Some(event) = event.downcast_ref::<QuantityChanged>() {
///             let route = ((), key_in_message::<LineId, _>(&event.line_id));
///             <Self as Entity>::each(root, Some(&route), &mut |line| line.on_changed(event));
///         }
///     }
///     …
/// }
/// ```
pub(super) fn events(block: &AggregateBlock, of: &MemberOf) -> TokenStream {
    let AggregateBlock { self_ty, paths, sourcing, logic, .. } = block;
    let place = self_ty.span();
    let es = paths.at(place);
    let private = es.private();
    let [root, event] = ["root", "event"].map(local);
    let names = sourcing.iter().map(|SourcingHandler { cfgs, event, .. }| {
        let private = paths.at(event.span()).private();
        quote_spanned!(event.span()=> #(#cfgs)* <#private::Facts<#event>>::NAME)
    });
    let aggregate = block.aggregate();
    let known = sourcing.iter().map(|SourcingHandler { cfgs, event, .. }| {
        let private = paths.at(event.span()).private();
        quote_spanned! {event.span()=>
            #(#cfgs)*
            const _: () = #private::member_event_of::<#aggregate, #event>();
        }
    });
    let received = sourcing
        .iter()
        .filter(|handler| handler.effect == Effect::Evolves)
        .map(|handler| received(handler, block, of));
    quote_spanned! {place=>
        #(#known)*
        #[automatically_derived]
        impl #private::EventSourcingHandlersSitInOneBlock for #self_ty {}
        #[automatically_derived]
        impl #es::aggregate::MemberEvents for #self_ty {
            const NAMES: &'static [&'static str] = &[#(#names),*];
            const LOGIC: u64 = #logic;
            fn receive(
                #root: &mut <Self as #es::aggregate::Entity>::Root,
                #event: &dyn #private::Any,
            ) {
                #(#received)*
            }
        }
        #[automatically_derived]
        impl #es::aggregate::State for #self_ty {
            const HASH: u64 =
                #private::state_hash(#logic, &[<Self as #es::aggregate::Member>::SHAPE]);
        }
    }
}

/// `Some("line_id")`
fn field_name(field: Option<&Ident>, private: &TokenStream) -> TokenStream {
    match field.map(|field| field.unraw().to_string()) {
        Some(name) => quote!(#private::Some(#name)),
        None => quote!(#private::None),
    }
}

/// A struct and its block that name different keys lead to different members.
pub(super) fn same_key(block: &AggregateBlock, of: &MemberOf) -> TokenStream {
    let self_ty = &block.self_ty;
    let key = of.keys.last().cloned().flatten();
    let place = key.as_ref().map_or_else(|| self_ty.span(), Ident::span);
    let private = block.paths.at(place).private();
    let shown = quote!(#self_ty);
    let named = field_name(key.as_ref(), &private);
    let text = match &key {
        Some(key) => format!(
            "this block says `key = {key}`, and the struct `{shown}` has another key or none; \
             write the same `#[aggregate_member(..)]` on both"
        ),
        None => format!(
            "this block says no `key`, and the struct `{shown}` has one; write the same \
             `#[aggregate_member(..)]` on both"
        ),
    };
    let self_ty = relocate(quote!(#self_ty), place);
    quote_spanned! {place=>
        const _: () = ::core::assert!(#private::is_key_of::<#self_ty>(#named), #text);
    }
}

fn received(handler: &SourcingHandler, block: &AggregateBlock, of: &MemberOf) -> TokenStream {
    let SourcingHandler { name, cfgs, event: ty, to_all, .. } = handler;
    let self_ty = &block.self_ty;
    let place = ty.span();
    let es = block.paths.at(place);
    let private = es.private();
    let [root, event, route, member] = ["root", "event", "route", "member"].map(local);
    let (to, whom) = if *to_all {
        (None, quote!(#private::None))
    } else {
        let keys = of.route(self_ty, &event, place, &block.paths);
        let entity = quote_spanned!(place=> <#self_ty as #es::aggregate::Entity>);
        (
            Some(quote_spanned!(place=> let #route: #entity::Route = #keys;)),
            quote_spanned!(place=> #private::Some(&#route)),
        )
    };
    let entity = quote_spanned!(place=> <#self_ty as #es::aggregate::Entity>);
    quote_spanned! {place=>
        #(#cfgs)*
        if let #private::Some(#event) = #event.downcast_ref::<#ty>() {
            #to
            #entity::each(#root, #whom, &mut |#member| <#self_ty>::#name(#member, #event));
            return;
        }
    }
}
