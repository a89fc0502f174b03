"""What Django answers itself: a page for people, the API's one error shape under /api/."""

from django.views import defaults

from accounts.doors.errors import answer


def bad_request(request, exception):
    return answer(400) if _is_api(request) else defaults.bad_request(request, exception)


def forbidden(request, exception):
    return answer(403) if _is_api(request) else defaults.permission_denied(request, exception)


def not_found(request, exception):
    return answer(404) if _is_api(request) else defaults.page_not_found(request, exception)


def broken(request):
    return answer(500) if _is_api(request) else defaults.server_error(request)


def _is_api(request) -> bool:
    return request.path_info.startswith("/api/")
