use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Type};

use super::parameters::local;
use crate::paths::Paths;

/// One entry of the registry.
pub(super) struct Entry {
    pub(super) list: List,
    pub(super) cfgs: Vec<Attribute>,
    pub(super) value: TokenStream,
}

/// The list of `Components` that an entry belongs to.
#[derive(Clone, Copy)]
pub(super) enum List {
    Aggregates,
    Commands,
    EventHandlers,
    Projections,
    QueryHandlers,
}

impl List {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Aggregates => ("aggregates", "AggregateEntry"),
            Self::Commands => ("commands", "CommandEntry"),
            Self::EventHandlers => ("event_handlers", "EventHandlerEntry"),
            Self::Projections => ("projections", "ProjectionEntry"),
            Self::QueryHandlers => ("query_handlers", "QueryHandlerEntry"),
        }
    }
}

/// Submits entries at link time, and for a type's main block also by hand:
///
/// ```text
/// const ENTRY_0: CommandEntry = CommandEntry::of::<Order, CancelOrder>(…);
/// inventory::submit! { ENTRY_0 }
/// impl Component for Order {
///     fn register(components: &mut Components) { components.commands.push(ENTRY_0); }
/// }
/// ```
pub(super) fn register(entries: &[Entry], component: Option<&Type>, es: &Paths) -> TokenStream {
    let private = es.private();
    let components = local("components");
    let mut items = TokenStream::new();
    let mut pushes = TokenStream::new();
    for (index, Entry { list, cfgs, value }) in entries.iter().enumerate() {
        let name = format_ident!("ENTRY_{index}");
        let (list, ty) = list.names();
        let (list, ty) = (format_ident!("{list}"), format_ident!("{ty}"));
        items.extend(quote! {
            #(#cfgs)*
            const #name: #es::registry::#ty = #value;
            #(#cfgs)*
            #private::inventory::submit! { #name }
        });
        pushes.extend(quote!(#(#cfgs)* #components.#list.push(#name);));
    }
    let by_hand = component.map(|ty| {
        let place = ty.span();
        let es = es.at(place);
        quote_spanned! {place=>
            #[automatically_derived]
            impl #es::registry::Component for #ty {
                fn register(#components: &mut #es::registry::Components) { #pushes }
            }
        }
    });
    quote!(#items #by_hand)
}
