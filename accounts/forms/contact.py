"""What a user types to be reached."""

from django import forms

from accounts.models import User


class ContactForm(forms.ModelForm):
    """E-mail and phone; the name is kept by administrators, for one account is one person."""

    class Meta:
        model = User
        fields = ["email", "phone"]
        widgets = {
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        }
