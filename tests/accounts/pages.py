"""Two small pages for test_access.py: what the middleware says of a request, and the change of the business."""

from django.http import HttpResponse, HttpResponseForbidden, JsonResponse
from django.urls import path
from django_scopes.exceptions import ScopeError

from accounts import access
from accounts.models import Product


def where(request):
    try:
        products = sorted(Product.objects.values_list("name", flat=True))
    except ScopeError:
        products = None
    return JsonResponse(
        {"business": request.business and request.business.slug, "role": request.role, "products": products}
    )


def switch(request):
    if not access.choose_business(request, request.POST["business"]):
        return HttpResponseForbidden()
    return HttpResponse(status=204)


urlpatterns = [path("where", where), path("switch", switch)]
