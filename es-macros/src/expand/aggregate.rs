use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Fields, Ident, ItemStruct, Member};

use super::parameters::local;
use super::{hidden, members, snapshot, traced};
use crate::attr::{StructArguments, marked_field};
use crate::diag::Errors;
use crate::paths::Paths;

const MARK: &str = "aggregate_identifier";

/// `#[aggregate]` on a struct:
///
/// ```text
/// impl Aggregate for Order {
///     const NAME: &'static str = "Order";
///     type Id = OrderId;
///     fn id(&self) -> &OrderId { &self.order_id }
/// }
/// ```
pub(super) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let generated = match syn::parse2::<ItemStruct>(item.clone()) {
        Ok(mut item) => {
            let implementation = implementation(arguments, &item, &mut errors)
                .map(|generated| traced(&item.ident.to_string(), generated));
            members::unmark(&mut item.fields);
            for field in &mut item.fields {
                field.attrs.retain(|attribute| !attribute.path().is_ident(MARK));
            }
            quote!(#item #implementation)
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
    let arguments = StructArguments::read(arguments, errors);
    let es = Paths::new(arguments.krate.as_ref());
    let own = &item.ident;
    if !item.generics.params.is_empty() {
        errors.push(
            &item.generics,
            "a generic aggregate cannot be registered: its table is a static, which cannot name a \
             parameter; write a struct of concrete types",
        );
        return None;
    }
    let (member, id) = identifier(&item.fields, own, errors)?;
    let name = arguments.name.map_or_else(|| own.to_string(), |name| name.value());
    let place = own.span();
    let es = es.at(place);
    let entity = entity(item, &es, errors);
    let snapshots = snapshot::policy(&arguments.snapshots, item, &es);
    let private = es.private();
    Some(hidden(quote_spanned! {place=>
        use #private::HoldsNone as _;
        #[automatically_derived]
        impl #es::aggregate::Aggregate for #own {
            const NAME: &'static str = #name;
            type Id = #id;
            #snapshots
            fn id(&self) -> &#id { &self.#member }
        }
        #entity
    }))
}

/// The root of its members:
///
/// ```text
/// impl Entity for Order { type Root = Self; type Route = (); … }
/// impl HasMember<OrderLine> for Order { … }
/// ```
fn entity(item: &ItemStruct, es: &Paths, errors: &mut Errors) -> TokenStream {
    let own = &item.ident;
    let private = es.private();
    let [root, visit] = ["root", "visit"].map(local);
    let inner = members::inner(item, es, errors);
    let has_members = members::has_members(item, es, errors);
    quote_spanned! {own.span()=>
        #[automatically_derived]
        impl #es::aggregate::Entity for #own {
            type Root = Self;
            type Route = ();
            #inner
            fn find<'a>(
                #root: &'a Self,
                _: &(),
            ) -> #private::Result<&'a Self, #es::aggregate::MissingMember> {
                #private::Ok(#root)
            }
            fn each(
                #root: &mut Self,
                _: #private::Option<&()>,
                #visit: &mut dyn ::core::ops::FnMut(&mut Self),
            ) {
                #visit(#root)
            }
        }
        #has_members
    }
}

/// Finds the identifier; after an error the likeliest field stands in for it, so that nothing else
/// is reported.
fn identifier<'a>(
    fields: &'a Fields,
    own: &Ident,
    errors: &mut Errors,
) -> Option<(Member, &'a syn::Type)> {
    if let Some(marked) = marked_field(fields, &[MARK], errors) {
        return Some((marked.member, &marked.field.ty));
    }
    let usual = format_ident!("{}_id", snake_case(&own.to_string()));
    let guess = fields
        .iter()
        .zip(fields.members())
        .find(|(field, _)| field.ident.as_ref().is_some_and(|name| *name == usual || name == "id"))
        .or_else(|| fields.iter().zip(fields.members()).next());
    let example = match &guess {
        Some((_, Member::Named(name))) => format!(", for example `{name}`,"),
        _ => String::new(),
    };
    errors.push(
        own,
        format!(
            "aggregate `{own}` has no identifier; mark one field{example} with \
             `#[aggregate_identifier]`"
        ),
    );
    guess.map(|(field, member)| (member, &field.ty))
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (index, letter) in name.char_indices() {
        if index > 0 && letter.is_uppercase() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
