/* Functions of the library in a line each, so that what t/headers/names.* calls shows. */
int wsc_accept(void)
{
	return 1;
}
int wsc_bind(void)
{
	return 2;
}
int wsc_connect(void)
{
	return 3;
}
int wsc_recv(void)
{
	return 4;
}
int wsc_select(void)
{
	return 5;
}
int wsc_send(void)
{
	return 6;
}
int wsc_shutdown(void)
{
	return 7;
}
int wsc_closesocket(void)
{
	return 8;
}
int wsc_ioctlsocket(__UINTPTR_TYPE__ s, int command, unsigned int *argument)
{
	(void)s;
	(void)command;
	if (argument)
		*argument += 1;
	return 9;
}
int wsc_WSAIoctl(__UINTPTR_TYPE__ s, unsigned int code, void *in, unsigned int in_size, void *out,
		 unsigned int out_size, unsigned int *returned)
{
	(void)s;
	(void)code;
	(void)in;
	(void)in_size;
	(void)out;
	(void)out_size;
	if (returned)
		*returned = 3;
	return 10;
}
