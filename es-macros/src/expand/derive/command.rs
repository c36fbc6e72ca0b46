use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput};

use super::super::hidden;
use super::refuse_generics;
use crate::attr::{MarkedField, MessageArguments, marked_field};
use crate::diag::Errors;
use crate::paths::Paths;

/// `#[derive(Command)]`:
///
/// ```text
/// impl Command for CancelOrder {
///     const NAME: &'static str = "CancelOrder";
///     type Target = OrderId;
///     fn target(&self) -> &OrderId { &self.order_id }
///     fn target_version(&self) -> Option<Sequence> { TargetVersion::version(&self.seen) }
/// }
/// impl Targets<OrderId> for CancelOrder { … }
/// ```
pub(super) fn expand(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    let arguments = MessageArguments::read(&input.attrs, "command", &["name", "crate"], errors);
    if refuse_generics(input, "a command", errors) {
        return TokenStream::new();
    }
    let es = Paths::new(arguments.krate.as_ref());
    let own = &input.ident;
    let name = arguments.name.map_or_else(|| own.to_string(), |name| name.value());
    let marks = ["target", "target_aggregate_identifier"];
    let target = match &input.data {
        Data::Struct(data) => marked_field(&data.fields, &marks, errors),
        Data::Enum(_) | Data::Union(_) => {
            errors.push(own, "`#[derive(Command)]` goes on a struct");
            None
        }
    };
    let version = version(input, target.is_some(), &es, errors);
    let place = own.span();
    let es = es.at(place);
    let (ty, value) = match &target {
        Some(marked) => {
            let (ty, member) = (&marked.field.ty, &marked.member);
            (quote!(#ty), quote_spanned!(place=> &self.#member))
        }
        None => (quote!(()), quote!(&())),
    };
    let targets = target.is_some().then(|| {
        quote_spanned! {place=>
            #[automatically_derived]
            impl #es::command::Targets<#ty> for #own {
                fn target_id(&self) -> &#ty { #value }
            }
        }
    });
    hidden(quote_spanned! {place=>
        #[automatically_derived]
        impl #es::command::Command for #own {
            const NAME: &'static str = #name;
            type Target = #ty;
            fn target(&self) -> &#ty { #value }
            #version
        }
        #targets
    })
}

/// The version that the sender saw, from the `#[target_version]` field.
fn version(
    input: &DeriveInput,
    has_target: bool,
    es: &Paths,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let Data::Struct(data) = &input.data else { return None };
    let MarkedField { member, field, mark } =
        marked_field(&data.fields, &["target_version"], errors)?;
    if !has_target {
        errors.push(
            mark,
            "`#[target_version]` is the version of the aggregate that the command is for; mark \
             the field that names it with `#[target]`",
        );
        return None;
    }
    // Errors belong to the field's type; `self` to the function around.
    let place = field.ty.span().resolved_at(input.ident.span());
    let es = es.at(place);
    let private = es.private();
    let ty = &field.ty;
    Some(quote_spanned! {place=>
        fn target_version(&self) -> #private::Option<#es::event::Sequence> {
            <#ty as #private::TargetVersion>::version(&self.#member)
        }
    })
}
